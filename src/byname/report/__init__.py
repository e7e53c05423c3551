"""The report: one HTML file about a company's best customers that opens in a browser without network."""

from byname.report.page import report

__all__ = ["report"]
