"""A form as a one-page PDF, written by hand: its number, customer, lines and total (quickbooks.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.tax import flat

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
_LETTER = (612, 792)
"""Width and height of the page, in points."""
_MOST_LINES = 44


def of(company: Company, kind: str, record: Record) -> bytes:
    """The bytes of the PDF."""
    return _document(_text(company, kind, record)[:_MOST_LINES])


def _text(company: Company, kind: str, record: Record) -> list[str]:
    info = company.read("CompanyInfo", "1")
    party = (record.get("CustomerRef") or record.get("VendorRef") or {}).get("name", "")
    head = [
        str(info.get("CompanyName", "")),
        f"{kind} {record.get('DocNumber', record['Id'])}",
        f"Date {record['TxnDate']}" + (f"   Due {record['DueDate']}" if "DueDate" in record else ""),
        party,
        "",
    ]
    total = f"Total {record.get('CurrencyRef', {}).get('value', '')} {record['TotalAmt']:.2f}"
    return [*head, *map(_line, flat(record.get("Line") or [])), "", total]


def _line(line: Record) -> str:
    detail = line.get("SalesItemLineDetail") or {}
    linked = " ".join(f"{link['TxnType']} {link['TxnId']}" for link in line.get("LinkedTxn") or [])
    words = line.get("Description") or (detail.get("ItemRef") or {}).get("name") or linked or line.get("DetailType", "")
    return f"{words}   {line['Amount']:.2f}" if "Amount" in line else str(words)


def _document(lines: list[str]) -> bytes:
    shown = b" T* ".join(b"(" + _escaped(line) + b") Tj" for line in lines)
    content = b"BT /F1 11 Tf 14 TL 54 738 Td " + shown + b" ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>" % _LETTER,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    written, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return written + end + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))


def _escaped(text: str) -> bytes:
    plain = text.encode("cp1252", "replace")
    return (
        plain.replace(b"\\", rb"\\")
        .replace(b"(", rb"\(")
        .replace(b")", rb"\)")
        .replace(b"\n", b" ")
        .replace(b"\r", b" ")
    )
