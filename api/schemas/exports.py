"""What exports take: the list's own query without its pages, the file's format and its language."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.schemas.accounts import AccountQuerySchema
from api.schemas.base import BaseSchema
from api.schemas.case_measures import MeasureQuerySchema
from api.schemas.cases import CaseQuerySchema
from api.schemas.communities import CommunityQuerySchema
from api.schemas.compliance_queries import (
    AreaComplianceQuerySchema,
    CommunityComplianceQuerySchema,
    ExplainQuerySchema,
    SeriesQuerySchema,
)
from api.schemas.compliance_tables import TableQuerySchema
from api.schemas.inspections import InspectionQuerySchema
from api.schemas.organisations import OrganisationQuerySchema
from api.schemas.reports import ReportQuerySchema
from api.schemas.rounds import RoundQuerySchema


class FileQuerySchema(BaseSchema):
    """How the file is to be."""

    format = fields.String(
        load_default="xlsx",
        validate=validate.OneOf(["xlsx", "csv", "zip"]),
        metadata={
            "description": "xlsx（附说明页）、csv，或 zip（csv 与说明） / "
            "xlsx with a sheet on what was asked, the bare csv, or zip: the csv and a text on what was asked",
            "example": "xlsx",
        },
    )
    language = fields.String(
        load_default=None,
        validate=validate.OneOf(["zh", "en"]),
        metadata={
            "description": "表头语言，默认依 Accept-Language / of its headers; by Accept-Language if missing"
        },
    )


def _without_pages(query: type[Schema], name: str) -> type[Schema]:
    """A list's query as its export takes it."""
    paging = tuple(each for each in ("limit", "cursor") if each in query._declared_fields)
    meta = type("Meta", (query.Meta,), {"exclude": paging})
    members: dict[str, Any] = {"Meta": meta, "__doc__": FileQuerySchema.__doc__}
    return type(name, (FileQuerySchema, query), members)


CaseExportSchema = _without_pages(CaseQuerySchema, "CaseExportSchema")
MeasureExportSchema = _without_pages(MeasureQuerySchema, "MeasureExportSchema")
ReportExportSchema = _without_pages(ReportQuerySchema, "ReportExportSchema")
InspectionExportSchema = _without_pages(InspectionQuerySchema, "InspectionExportSchema")
RoundExportSchema = _without_pages(RoundQuerySchema, "RoundExportSchema")
CommunityExportSchema = _without_pages(CommunityQuerySchema, "CommunityExportSchema")
OrganisationExportSchema = _without_pages(OrganisationQuerySchema, "OrganisationExportSchema")
AccountExportSchema = _without_pages(AccountQuerySchema, "AccountExportSchema")
AreaComplianceExportSchema = _without_pages(AreaComplianceQuerySchema, "AreaComplianceExportSchema")
ComplianceTableExportSchema = _without_pages(TableQuerySchema, "ComplianceTableExportSchema")
SeriesExportSchema = _without_pages(SeriesQuerySchema, "SeriesExportSchema")
ExplainExportSchema = _without_pages(ExplainQuerySchema, "ExplainExportSchema")
CommunityComplianceExportSchema = _without_pages(
    CommunityComplianceQuerySchema, "CommunityComplianceExportSchema"
)
