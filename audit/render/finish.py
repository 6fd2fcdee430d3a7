"""Last touches on a PDF that WeasyPrint has drawn, through its `finisher` hook.

One variant can be asked for at a time; this declares PDF/UA-1 beside PDF/A-3a in the one
XMP packet, with the extension schema that PDF/A wants for it, and gives table headers the
scope that PDF/UA wants. How it is written to bytes is ours too.
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


def finish(_document: Any, pdf: Any) -> None:
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.extra.get("Type") == "/Metadata":
            item.stream = [b"".join(item.stream).replace(b"</rdf:RDF>", _UA, 1)]
            item.compress = False  # a reader finds the packet without knowing PDF
        elif isinstance(item, dict) and item.get("S") == "/TH":
            _scope(item, pdf)
    related = pdf.catalog.get("AF")
    if related:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(related))
    pdf.write = File(pdf).write


def _scope(header: Any, pdf: Any) -> None:
    row = _object(pdf, header["P"])
    group = _object(pdf, row["P"]) if "P" in row else {}
    attributes = header.get("A")
    if not isinstance(attributes, dict):
        attributes = header["A"] = pydyf.Dictionary()
    attributes["O"] = "/Table"
    attributes["Scope"] = "/Column" if group.get("S") == "/THead" else "/Row"


def _object(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]
