"""What pytest loads first. The options, the fixtures and the report are in `fixtures/`."""

pytest_plugins = [
    "fixtures.interruption",
    "fixtures.options",
    "fixtures.bench",
    "fixtures.presentation",
    "fixtures.deployed",
    "fixtures.reporting",
    "fixtures.audit",
    "fixtures.rehearsal",
]
