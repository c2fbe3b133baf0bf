"""The list of leafonly's pytest plugins, which are in `fixtures/`."""

pytest_plugins = [
    "fixtures.interruption",
    "fixtures.progress",
    "fixtures.cameras",
    "fixtures.options",
    "fixtures.found_clients",
    "fixtures.xdist_scheduler",
    "fixtures.matrix",
    "fixtures.presentation",
    "fixtures.remote_host",
    "fixtures.report_directory",
    "fixtures.report",
    "fixtures.audit",
    "fixtures.own_certificate",
    "fixtures.chain_fit",
    "fixtures.gateway",
]
