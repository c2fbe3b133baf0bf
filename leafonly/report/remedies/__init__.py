"""The remedies: what makes failing clients connect, derived from a report's cells.

Nothing is measured here. A remedy is listed if cells of the run show that it works.
"""

from leafonly.report.remedies.application_code import code_rows
from leafonly.report.remedies.camera import camera_rows
from leafonly.report.remedies.issuer_url import aia_rows
from leafonly.report.remedies.ranking import added_up, ranked, recommendation
from leafonly.report.remedies.stores import store_rows
from leafonly.report.rows import RemedyRow, ReportBody

__all__ = ["ranked", "recommendation", "remedies"]


def remedies(report: ReportBody) -> list[RemedyRow]:
    """Return the remedies that a report's cells show, and those of suites, the best first.

    Args:
        report: Its `remedies` are the rows of suites that tried something, such as gateways: one
            row for each test.

    """
    drawn = [
        *camera_rows(report),
        *aia_rows(report),
        *store_rows(report),
        *code_rows(report),
    ]
    return ranked([*added_up(report["remedies"]), *drawn])
