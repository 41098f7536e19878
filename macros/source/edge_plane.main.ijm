// Fit Edge Plane: least-squares plane f = a + b x + c y of an f image in whole-image pixels, in its selection.
// A row a b c p angle sd_a sd_b sd_c sd_p n in the Results table; Edge Distance Map finds the plane again.
//   run("Fit Edge Plane");

requires("1.54f");
commandName = "Fit Edge Plane";
readOptions(commandOptions(), "", "");
checkImage();
plane = planeHere();
addPlaneRow(plane);
notePlane(plane);
