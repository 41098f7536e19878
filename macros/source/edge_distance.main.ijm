// Edge Distance Map: signed distance to the edge d = (a + b x + c y) / p, positive on the v1 side; a 32-bit image
// name-distance.
//   run("Edge Distance Map");
//   run("Edge Distance Map", "a=-30 b=1 c=0.1");
// a, b, c  the plane (default: the last one fitted on this image, else fitted now)

requires("1.54f");
commandName = "Edge Distance Map";
readOptions(commandOptions(), "a b c", "");
checkImage();
given = hasOption("a") + hasOption("b") + hasOption("c");
if (given > 0 && given < 3) fail("give all of a, b and c, or none of them");
if (given == 3) plane = newArray(optionNumber("a", 0), optionNumber("b", 0), optionNumber("c", 0));
else plane = knownPlane();
makeDistance(plane[0], plane[1], plane[2]);
