"""What pytest loads first. The options, the fixtures and the report are in `fixtures/`."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.bench",
    "fixtures.reporting",
    "fixtures.audit",
    "fixtures.rehearsal",
]
