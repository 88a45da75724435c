import CLibZip
import Glibc
import Testing

@testable import Tabular

/// Writes a zip archive of text parts.
func writeZip(_ parts: [(String, [UInt8])], to path: String) throws {
  unlink(path)
  var code: Int32 = 0
  let archive = try #require(zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code))
  var buffers: [UnsafeMutablePointer<UInt8>] = []
  for (name, bytes) in parts {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
    buffer.initialize(from: bytes, count: bytes.count)
    buffers.append(buffer)
    let source = zip_source_buffer(archive, buffer, zip_uint64_t(bytes.count), 0)
    #expect(zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_OVERWRITE)) >= 0)
  }
  #expect(zip_close(archive) == 0)
  for buffer in buffers { buffer.deallocate() }
}

/// A small workbook from the XML of its sheets.
struct TestWorkbook {
  var sheets: [(name: String, state: String, rows: String)]
  var shared = ""
  var styles = ""
  var workbookProperties = ""
  var extra: [(String, [UInt8])] = []

  var parts: [(String, [UInt8])] {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let package = "http://schemas.openxmlformats.org/package/2006/relationships"
    let list = sheets.enumerated().map { i, sheet in
      "<sheet name=\"\(sheet.name)\" sheetId=\"\(i + 1)\" state=\"\(sheet.state)\" r:id=\"rId\(i + 1)\"/>"
    }.joined()
    var relations = sheets.indices.map { i in
      "<Relationship Id=\"rId\(i + 1)\" Type=\"\(office)/worksheet\" Target=\"worksheets/sheet\(i + 1).xml\"/>"
    }.joined()
    relations += "<Relationship Id=\"s\" Type=\"\(office)/styles\" Target=\"/xl/styles.xml\"/>"
    relations += "<Relationship Id=\"t\" Type=\"\(office)/sharedStrings\" Target=\"../xl/sharedStrings.xml\"/>"
    let root = "<Relationship Id=\"r\" Type=\"\(office)/officeDocument\" Target=\"xl/workbook.xml\"/>"
    var texts: [(String, String)] = [
      ("_rels/.rels", "<Relationships xmlns=\"\(package)\">\(root)</Relationships>"),
      (
        "xl/workbook.xml",
        "<workbook xmlns=\"\(main)\" xmlns:r=\"\(office)\">\(workbookProperties)<sheets>\(list)</sheets></workbook>"
      ),
      ("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"\(package)\">\(relations)</Relationships>"),
      ("xl/styles.xml", "<styleSheet xmlns=\"\(main)\">\(styles)</styleSheet>"),
      ("xl/sharedStrings.xml", "<sst xmlns=\"\(main)\">\(shared)</sst>"),
    ]
    for (i, sheet) in sheets.enumerated() {
      texts.append(
        (
          "xl/worksheets/sheet\(i + 1).xml",
          "<worksheet xmlns=\"\(main)\"><sheetData>\(sheet.rows)</sheetData></worksheet>"
        ))
    }
    return texts.map { ($0.0, Array((head + $0.1).utf8)) } + extra
  }

  func write(to path: String) throws { try writeZip(parts, to: path) }
}

/// Opens a workbook in a scratch file.
func workbook(
  _ book: TestWorkbook, format: FileFormat = FileFormat(header: .none), isHeader: ((String) -> Bool)? = nil
) throws -> TableFile {
  let folder = try scratchFolder()
  let path = folder + "/book.xlsx"
  defer {
    unlink(path)
    rmdir(folder)
  }
  try book.write(to: path)
  return try TableFile(path: path, format: format, isHeader: isHeader)
}
