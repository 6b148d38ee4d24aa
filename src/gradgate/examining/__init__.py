"""From calls to verdicts: the laws put to a case, the second opinion on failures, examinations, and the whole run."""
