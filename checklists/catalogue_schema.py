"""The shape of the catalogue's files, as marshmallow schemas that load into the plain values of `catalogue_entries`.

A file may say nothing that the schema does not know. What entries say about each other stands in `catalogue_checks`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from checklists import catalogue_entries as entries
from checklists.catalogue_fields import Flag, Marks, Number, OneOf, Rule, Tuple, Whole, Words
from checklists.catalogue_yaml import Place

GROUP_CODE = validate.Regexp(r"^[A-Z]{2,10}$", error="must be 2–10 capital letters")
ITEM_CODE = validate.Regexp(r"^[A-Z]{2,10}-\d{2}$", error="must look like WASTE-01")
CHECKLIST_CODE = validate.Regexp(r"^[a-z][a-z0-9_]{2,39}$", error="must be lower-case words joined by _")
CATEGORY_CODE = validate.Regexp(r"^\d{5}$", error="must be five digits, quoted")
MOST_PHOTOS = 9
QUOTE_LENGTH = 15
# The fields whose provenance an item states, or takes from `default_provenance` in sources.yaml.
PROVENANCE_FIELDS = (
    "criterion",
    "answered_by",
    "evidence",
    "applies_when",
    "weight",
    "is_veto",
    "handlers",
    "loop",
    "category",
)
CHECKLIST_PROVENANCE_FIELDS = ("items", "weight", "validity_days", "pass_mark")


def _marks_of(names: tuple[str, ...]) -> type[Schema]:
    return Schema.from_dict({name: Marks() for name in names}, name=f"Provenance{len(names)}")


class TextSchema(Schema):
    zh = Words(required=True)
    en = Words(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Text:
        return entries.Text(**data)


class PolicySchema(Schema):
    title = fields.Nested(TextSchema, required=True)
    issuer = Words(required=True)
    number = Words(load_default=None, allow_none=True)
    dated_on = Words(load_default=None, allow_none=True, validate=validate.Regexp(r"^\d{4}(-\d{2}-\d{2})?$"))
    text_state = fields.Nested(TextSchema, required=True)


class SourcesFileSchema(Schema):
    """sources.yaml: the policies, the marks of provenance, and the marks that hold unless an entry says otherwise."""

    policies = fields.Dict(
        keys=fields.String(
            validate=validate.Regexp(r"^\d{3}$", error="a policy tag is three digits, quoted")
        ),
        values=fields.Nested(PolicySchema),
        required=True,
    )
    marks = fields.Dict(keys=fields.String(), values=fields.Nested(TextSchema), required=True)
    default_provenance = fields.Nested(_marks_of(PROVENANCE_FIELDS), required=True)

    @validates_schema
    def every_field_has_a_default(self, data: dict[str, Any], **_: Any) -> None:
        missing = [name for name in PROVENANCE_FIELDS if name not in data.get("default_provenance", {})]
        if missing:
            raise ValidationError(f"lacks {', '.join(missing)}", "default_provenance")


class SourceSchema(Schema):
    policy = fields.String(required=True)
    clause = Words(required=True, validate=validate.Length(max=40))
    quote = Words(required=True, validate=validate.Length(max=QUOTE_LENGTH))
    is_loose = Flag(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Source:
        return entries.Source(**data)


class EvidenceSchema(Schema):
    photos = OneOf(entries.Demand, required=True)
    min_photos = Whole(load_default=None, validate=validate.Range(min=0, max=MOST_PHOTOS))
    note = OneOf(entries.Demand, load_default=entries.Demand.NEVER)
    shows = fields.Nested(TextSchema, load_default=None)

    @validates_schema
    def number_fits_demand(self, data: dict[str, Any], **_: Any) -> None:
        count = data.get("min_photos")
        if data.get("photos") is entries.Demand.NEVER and count:
            raise ValidationError("contradicts photos: never", "min_photos")
        if data.get("photos") is not entries.Demand.NEVER and count == 0:
            raise ValidationError(f"0 contradicts photos: {data.get('photos')}", "min_photos")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Evidence:
        if data["min_photos"] is None:
            data["min_photos"] = 0 if data["photos"] is entries.Demand.NEVER else 1
        return entries.Evidence(**data)


class TimeSpanSchema(Schema):
    """So many units, and who says so; days of work are whole."""

    value = Number(required=True, validate=validate.Range(min=0, max=8760, min_inclusive=False))
    unit = OneOf(entries.LimitUnit, required=True)
    provenance = Marks(required=True)

    @validates_schema
    def days_are_whole(self, data: dict[str, Any], **_: Any) -> None:
        value = data.get("value", 1)
        if data.get("unit") is entries.LimitUnit.WORK_DAY and value != int(value):
            raise ValidationError("a limit in working days is whole days", "value")


class LimitVariantSchema(TimeSpanSchema):
    when = fields.Nested(TextSchema, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.LimitVariant:
        return entries.LimitVariant(**data)


class LimitSchema(TimeSpanSchema):
    variants = Tuple(fields.Nested(LimitVariantSchema), load_default=())

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Limit:
        return entries.Limit(**data)


class CategorySchema(Schema):
    standard = Words(required=True, validate=validate.OneOf(["GBT47678.5", "GBT30428.2-2013", "local"]))
    kind = Words(required=True, validate=validate.OneOf(["component", "event"]))
    code = fields.String(required=True, validate=CATEGORY_CODE)
    is_nearest = Flag(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Category:
        return entries.Category(**data)


class DeductionSchema(Schema):
    per_occurrence = Number(required=True, validate=validate.Range(min=0, max=1, min_inclusive=False))
    provenance = Marks(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Deduction:
        return entries.Deduction(**data)


class TileSchema(Schema):
    zh = Words(required=True, validate=validate.Length(max=10))
    en = Words(required=True, validate=validate.Length(max=40))
    keywords = Tuple(Words(), required=True, validate=validate.Length(min=1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Tile:
        return entries.Tile(**data)


class ProblemNameSchema(TextSchema):
    """What is wrong where an item fails, short enough to head a case."""

    zh = Words(required=True, validate=validate.Length(max=20))
    en = Words(required=True, validate=validate.Length(max=60))


class ItemSchema(Schema):
    """One item of the library, as written; its group and the provenance taken by default are added on loading."""

    code = fields.String(required=True, validate=ITEM_CODE)
    criterion = fields.Nested(TextSchema, required=True)
    hint = fields.Nested(TextSchema, required=True)
    sources = Tuple(fields.Nested(SourceSchema), required=True, validate=validate.Length(min=1))
    answered_by = OneOf(entries.AnsweredBy, required=True)
    method = OneOf(entries.Method, load_default=entries.Method.FIELD_VISIT)
    evidence = fields.Nested(EvidenceSchema, required=True)
    weight = Number(load_default=1, validate=validate.Range(min=0, max=100, min_inclusive=False))
    is_veto = Flag(load_default=False)
    handlers = Tuple(fields.String(), required=True, validate=validate.Length(min=1))
    loop = OneOf(entries.Loop, required=True)
    limit = fields.Nested(LimitSchema, required=True, allow_none=True)
    no_limit_because = fields.Nested(TextSchema, load_default=None)
    category = fields.Nested(CategorySchema, required=True, allow_none=True)
    other_categories = Tuple(fields.Nested(CategorySchema), load_default=())
    deduction = fields.Nested(DeductionSchema, load_default=None)
    applies_when = Rule(load_default=dict)
    tile = fields.Nested(TileSchema, load_default=None)
    problem = fields.Nested(ProblemNameSchema, load_default=None)
    provenance = fields.Nested(_marks_of(PROVENANCE_FIELDS), load_default=dict)
    remark = fields.Nested(TextSchema, load_default=None)

    @validates_schema
    def a_missing_limit_is_explained(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("limit") is None and data.get("no_limit_because") is None:
            raise ValidationError("without a limit, no_limit_because must say why", "limit")
        if data.get("limit") is not None and data.get("no_limit_because") is not None:
            raise ValidationError("contradicts the limit", "no_limit_because")

    @validates_schema
    def residents_find_what_they_may_report(self, data: dict[str, Any], **_: Any) -> None:
        is_public = data.get("answered_by") in (entries.AnsweredBy.RESIDENT, entries.AnsweredBy.BOTH)
        is_questionnaire = data.get("method") is entries.Method.QUESTIONNAIRE
        if data.get("tile") is None and is_public and not is_questionnaire:
            raise ValidationError("residents may report this item, so it needs a tile", "tile")
        if data.get("tile") is not None and not is_public:
            raise ValidationError("only inspectors answer this item, so nobody would see the tile", "tile")

    @validates_schema
    def a_problem_has_one_name(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("tile") is not None and data.get("problem") is not None:
            raise ValidationError("the tile names the problem already", "problem")

    @validates_schema
    def our_own_wording_says_so(self, data: dict[str, Any], **_: Any) -> None:
        sources = data.get("sources") or ()
        only_loose = bool(sources) and all(source.is_loose for source in sources)
        if only_loose and "criterion" not in data.get("provenance", {}):
            raise ValidationError(
                "every source is loose (≈), so say whose wording the criterion is", "provenance"
            )

    @validates_schema
    def categories_say_something(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("other_categories") and data.get("category") is None:
            raise ValidationError("needs a first category", "other_categories")

    @validates_schema
    def a_failing_veto_shows_proof(self, data: dict[str, Any], **_: Any) -> None:
        evidence = data.get("evidence")
        if data.get("is_veto") and evidence is not None and evidence.photos is entries.Demand.NEVER:
            raise ValidationError("a veto cannot fail a community without a photo", "evidence")


class GroupFileSchema(Schema):
    """items/<group>.yaml."""

    group = fields.String(required=True, validate=GROUP_CODE)
    name = fields.Nested(TextSchema, required=True)
    tile = fields.Nested(TileSchema, load_default=None)
    tile_order = Whole(load_default=None, validate=validate.Range(min=1, max=99))
    remark = fields.Nested(TextSchema, load_default=None)
    items = Tuple(fields.Nested(ItemSchema), required=True, validate=validate.Length(min=1))

    @validates_schema
    def tiles_have_an_order(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("tile") is None) != (data.get("tile_order") is None):
            raise ValidationError("a tile and its order go together", "tile_order")


class ItemReferenceSchema(Schema):
    """An item in a checklist, with what this checklist weighs otherwise."""

    item = fields.String(required=True)
    weight = Number(validate=validate.Range(min=0, max=100, min_inclusive=False))
    is_veto = Flag()
    evidence = fields.Nested(EvidenceSchema)
    provenance = fields.Nested(_marks_of(("weight", "is_veto", "evidence")), load_default=dict)


class ItemReference(fields.Nested):
    """An item's code alone, or a mapping with overrides."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ItemReferenceSchema, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        return super()._deserialize(
            {"item": value} if isinstance(value, str) else value, attr, data, **kwargs
        )


class IndicatorSchema(Schema):
    code = fields.String(required=True, validate=validate.Regexp(r"^[A-Z][A-Z0-9_]{1,39}$"))
    name = fields.Nested(TextSchema, required=True)
    sources = Tuple(fields.Nested(SourceSchema), load_default=())
    items = Tuple(ItemReference(), required=True, validate=validate.Length(min=1))


class FormulaSchema(Schema):
    version = Words(required=True, validate=validate.Length(max=20))
    zh = Words(required=True)
    en = Words(required=True)
    provenance = Marks(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> entries.Formula:
        return entries.Formula(data["version"], entries.Text(data["zh"], data["en"]), data["provenance"])


class ChecklistFileSchema(Schema):
    """checklists/<code>.yaml."""

    code = fields.String(required=True, validate=CHECKLIST_CODE)
    name = fields.Nested(TextSchema, required=True)
    version_label = Words(required=True, validate=validate.Length(max=20))
    purpose = fields.Nested(TextSchema, required=True)
    sources = Tuple(fields.Nested(SourceSchema), required=True, validate=validate.Length(min=1))
    validity_days = Whole(required=True, validate=validate.Range(min=1, max=1000))
    pass_mark = Number(required=True, validate=validate.Range(min=0, max=100, min_inclusive=False))
    provenance = fields.Nested(_marks_of(CHECKLIST_PROVENANCE_FIELDS), required=True)
    formula = fields.Nested(FormulaSchema, required=True)
    indicators = Tuple(fields.Nested(IndicatorSchema), required=True, validate=validate.Length(min=1))


class DocumentItemSchema(ItemSchema):
    """An item in a document: as in the library, with its group and its full provenance."""

    group = fields.String(required=True, validate=GROUP_CODE)


class DocumentIndicatorSchema(IndicatorSchema):
    items = Tuple(fields.Nested(DocumentItemSchema), required=True, validate=validate.Length(min=1))


class DocumentFormulaSchema(Schema):
    version = Words(required=True, validate=validate.Length(max=20))
    note = fields.Nested(TextSchema, required=True)
    provenance = Marks(required=True)


class DocumentPolicySchema(PolicySchema):
    tag = fields.String(required=True)


class DocumentGroupSchema(Schema):
    name = fields.Nested(TextSchema, required=True)
    tile = fields.Nested(TileSchema, load_default=None)
    tile_order = Whole(load_default=None, allow_none=True)
    remark = fields.Nested(TextSchema, load_default=None)


class DocumentSchema(ChecklistFileSchema):
    """A checklist's whole document, as it is published; what it cites comes with it."""

    format = Whole(required=True, validate=validate.Equal(1))
    formula = fields.Nested(DocumentFormulaSchema, required=True)
    indicators = Tuple(fields.Nested(DocumentIndicatorSchema), required=True, validate=validate.Length(min=1))
    groups = fields.Dict(keys=fields.String(), values=fields.Nested(DocumentGroupSchema), required=True)
    policies = fields.Dict(keys=fields.String(), values=fields.Nested(DocumentPolicySchema), required=True)
    marks = fields.Dict(keys=fields.String(), values=fields.Nested(TextSchema), required=True)

    @validates_schema
    def items_are_asked_once(self, data: dict[str, Any], **_: Any) -> None:
        codes = [item["code"] for indicator in data.get("indicators", ()) for item in indicator["items"]]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValidationError(f"asked twice: {', '.join(twice)}", "indicators")

    @validates_schema(skip_on_field_errors=True)
    def what_is_cited_is_there(self, data: dict[str, Any], **_: Any) -> None:
        items = [item for indicator in data["indicators"] for item in indicator["items"]]
        sources = [source for item in items for source in item["sources"]]
        sources += [
            *data["sources"],
            *(source for indicator in data["indicators"] for source in indicator["sources"]),
        ]
        cited = {
            "groups": {item["group"] for item in items},
            "policies": {source.policy for source in sources},
            "marks": {mark for item in items for marks in item["provenance"].values() for mark in marks},
        }
        for name, codes in cited.items():
            missing = sorted(codes - set(data[name]))
            if missing:
                raise ValidationError(f"lacks {', '.join(missing)}", name)


class ShapeError(ValueError):
    """Values do not have their schema's shape; every problem is a place in them and a reason."""

    def __init__(self, problems: list[tuple[Place, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{'.'.join(map(str, place))}: {reason}" for place, reason in problems))


def load_sources_file(values: Any) -> Mapping[str, Any]:
    """sources.yaml's values as plain entries; raises ShapeError, as the others do."""
    return load_shape(SourcesFileSchema(), values)


def load_group_file(values: Any) -> Mapping[str, Any]:
    """The values of items/<group>.yaml."""
    return load_shape(GroupFileSchema(), values)


def load_checklist_file(values: Any) -> Mapping[str, Any]:
    """The values of checklists/<code>.yaml."""
    return load_shape(ChecklistFileSchema(), values)


def load_document(values: Any) -> Mapping[str, Any]:
    """The values of a published document."""
    return load_shape(DocumentSchema(), values)


def load_shape(schema: Schema, values: Any) -> Mapping[str, Any]:
    try:
        result: Mapping[str, Any] = schema.load(values)
    except ValidationError as error:
        raise ShapeError(list(_flattened(error.messages, ()))) from error
    return result


# Steps of marshmallow's nested messages that are no place in the values.
_NO_PLACE = frozenset({"_schema", "key", "value"})


def _flattened(messages: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(messages, Mapping):
        for step, inner in messages.items():
            yield from _flattened(inner, place if step in _NO_PLACE else (*place, step))
    elif isinstance(messages, list):
        for message in messages:
            yield from _flattened(message, place)
    else:
        yield place, str(messages)
