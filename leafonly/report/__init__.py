"""The report: report.json is the only source, and everything else is drawn from it."""
