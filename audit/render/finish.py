"""Last touches on a PDF that WeasyPrint has drawn, through its `finisher` hook.

One variant can be asked for at a time; this declares PDF/UA-1 beside PDF/A-3a in the one
XMP packet, with the extension schema that PDF/A wants for it, gives table headers the scope
that PDF/UA wants, and leaves out elements of the structure that say nothing.
How it is written to bytes is ours too.
"""

from typing import Any

import pydyf

from audit.render.file import File

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_UA = f"""<rdf:Description xmlns:rdf="{_RDF}" rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description xmlns:rdf="{_RDF}" rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Which part of ISO 14289 is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>""".encode()


BARE = {"Type", "S", "K", "Pg", "P"}  # the keys of an element that has no properties


def finish(_document: Any, pdf: Any) -> None:
    tags = []
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream):
            if item.extra.get("Type") == "/Metadata":
                item.stream = [b"".join(item.stream).replace(b"</rdf:RDF>", _UA, 1)]
                item.compress = False  # a reader finds the packet without knowing PDF
        elif isinstance(item, dict) and item.get("Type") == "/StructElem":
            tags.append(item)
    for tag in tags:
        if tag["S"] == "/TH":
            _scope(tag, pdf)
        elif tag["S"] == "/TD" and tag["A"].keys() <= {"O", "Headers"}:
            del tag["A"]  # the headers' scopes say it once for all cells
    _fold(tags, pdf)
    related = pdf.catalog.get("AF")
    if related:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(related))
    pdf.write = File(pdf).write


def _scope(header: Any, pdf: Any) -> None:
    row = _object(pdf, header["P"])
    group = _object(pdf, row["P"]) if "P" in row else {}
    header.pop("ID", None)
    header["A"]["O"] = "/Table"
    header["A"]["Scope"] = "/Column" if group.get("S") == "/THead" else "/Row"


def _fold(tags: list[Any], pdf: Any) -> None:
    """Words go straight into what they are words of, without a Span around each run."""
    moved: dict[bytes, bytes] = {}
    for tag in reversed(tags):  # an element comes after the one it is in
        if tag["S"] not in ("/Span", "/NonStruct") or not tag.keys() <= BARE:
            continue
        parent = _object(pdf, tag["P"])
        if parent.get("Pg") != tag["Pg"] or not all(isinstance(kid, int) for kid in tag["K"]):
            continue
        place = parent["K"].index(tag.reference)
        parent["K"][place : place + 1] = tag["K"]
        moved[tag.reference] = parent.reference
        tag.free = "f"
    contents = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])
    for page in contents["Nums"][1::2]:
        for place in range(len(page)):
            while page[place] in moved:
                page[place] = moved[page[place]]


def _object(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]
