"""The likely cause of a failure, named in terms of the formula or of the program, with what it rests on."""
