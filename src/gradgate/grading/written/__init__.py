"""The written part of an assignment: questions for formulas, a file of answers, points and feedback."""
