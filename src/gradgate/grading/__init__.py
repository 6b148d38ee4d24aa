"""Points and feedback: rubrics, the judging of one submission, and what students and staff are told."""
