"""The report: report.json is the one source, everything else is drawn from it."""
