"""The cause in the formula: how what came back relates to what is due, term by term."""
