// Edge f...: f = log(1/(2g) - 1) of a g image, or of a gray image with v1= and v2=; a 32-bit image name-f, NaN
// outside 0 < g < 1/2.
//   run("Edge f...");
//   run("Edge f...", "v1=30 v2=100");
// v1, v2  plateau levels in gray values, v1 on the side d > 0
// stack   every plane of the stack, not only the one shown

requires("1.54f");
commandName = "Edge f";
text = commandOptions();
checkImage();
if (mustAsk(text)) {
	noted = Property.get("edgepsf.levels");
	if (noted == "") text = askLevels("Edge f...");
}
readOptions(text, "v1 v2", "stack");
all = optionFlag("stack");
if (hasOption("v1") != hasOption("v2")) fail("give both plateau levels v1 and v2, or neither");
if (hasOption("v1")) makeFOfGray(optionNumber("v1", 0), optionNumber("v2", 0), all);
else {
	checkIsG();
	makeF(all);
}
