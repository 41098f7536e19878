// Toolset "Edge PSF": a menu and a tool for each step, from a picture with an edge to its PSF.
// It calls the commands of the menu Plugins > Edge PSF: install the folder Edge_PSF of scripts too.

var commands = newArray("Edge to PSF...", "-", "Linear Channels...", "Edge g...", "Edge f...", "Fit Edge Plane",
	"Edge Distance Map", "Fit Edge Profile...", "PSF from Profile...", "PSF from Edge...", "-", "About the Edge PSF tools");
var menu = newMenu("Edge PSF Menu Tool", commands);

macro "Edge PSF Menu Tool - C037F0077CcccF8077C037F0877CcccF8877C900L06ff" {
	choose(getArgument());
}

macro "Edge to PSF (guided) Action Tool - C037F009fCcccF907fC900L808fCf80L3878L5678L5a78" {
	choose("Edge to PSF...");
}

macro "Edge g... Action Tool - C037T2c18g" {
	choose("Edge g...");
}

macro "Edge f... Action Tool - C037T4e18f" {
	choose("Edge f...");
}

macro "Fit Edge Plane Action Tool - C037L0c6fL6ff8Lf894L940cC900L3ec6" {
	choose("Fit Edge Plane");
}

macro "Edge Distance Map Action Tool - C900L808fC037L0878L0826L082aLf898Lf8d6Lf8da" {
	choose("Edge Distance Map");
}

macro "Fit Edge Profile... Action Tool - CaaaL0fffL0f00C037D0cD2bD4aD69D88Da6Dc4De1C900L0d5aL5aa7La7f0" {
	choose("Fit Edge Profile...");
}

macro "PSF from Profile... Action Tool - CddfO00ffCaafO22bbC77fO4477C00fV6633" {
	choose("PSF from Profile...");
}

// Runs a command as the menu does, so that it asks for its options.
function choose(command) {
	if (command == "-") return;
	if (command == "About the Edge PSF tools") {
		showMessage("Edge PSF", "From a straight edge in a picture to its point spread function:\n \ng = (v - v1) / (2 (v2 - v1)),  f = log(1/(2g) - 1),  plane f = a + b x + c y,\ndistance d, f(d) = p1 d + p3 d^3 + ..., P(r), PSF image.\n \nStart with Edge to PSF..., or go step by step: each tool works on the current image.");
		return;
	}
	List.setCommands;
	found = List.get(command);
	List.clear();
	if (found == "") exit("Edge PSF: the command \"" + command + "\" is not installed. Put the folder Edge_PSF with the scripts into ImageJ's plugins folder (Fiji: scripts/Plugins) and start ImageJ again.");
	doCommand(command);
}
