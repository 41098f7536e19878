"""Everything that is needed to start an ImageJ: Java, jars, folders, and the choice between several ImageJs."""
