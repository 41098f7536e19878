// Edge g...: g = (v - v1) / (2 (v2 - v1)), 0 at level v1, 1/4 on the edge, 1/2 at level v2; a 32-bit image name-g.
//   run("Edge g...", "v1=30 v2=100");
// v1, v2  plateau levels in gray values, v1 on the side d > 0 (default: estimated in the selection, v1 the darker)
// stack   every plane of the stack, not only the one shown

requires("1.54f");
commandName = "Edge g";
text = commandOptions();
checkImage();
if (mustAsk(text)) text = askLevels("Edge g...");
readOptions(text, "v1 v2", "stack");
levels = chainLevels();
makeG(levels[0], levels[1], optionFlag("stack"));
