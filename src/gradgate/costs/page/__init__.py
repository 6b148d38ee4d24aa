"""The report on runs of benchmarks: a page that explains itself, its figures as SVG and PNG, and Markdown."""
