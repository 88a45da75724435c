/// Rows of a workbook's sheets, parsed as they are unpacked.
///
/// Memory is the shared strings and a piece of the sheet. Formulas give their cached values, merged cells the value of their upper
/// left cell in that cell only, errors their text (`#N/A`), booleans `TRUE` and `FALSE`.
final class WorkbookReader: SheetedReader {
  private let archive: ZipArchive
  private let limits: Limits
  private let shared: SharedStrings
  private let formats: [CellFormat]
  private let uses1904: Bool
  private let sheets: [(name: String, path: String)]
  private var sheetIndex = -1
  private var stream: XMLStream<SheetState>?
  private var rowIndex = 0
  private var padded: [FieldSlice] = []
  private var raw = Arena()
  private var blankRowsBefore = 0
  var columnCount = 0

  /// Opens a workbook and its first chosen sheet.
  init(path: String, name: String, sheet: FileFormat.Sheet, limits: Limits) throws(TableError) {
    let archive = try ZipArchive(path: path, name: name, limits: limits)
    self.archive = archive
    self.limits = limits
    let book = try WorkbookReader.workbookPath(archive, limits)
    let folder = WorkbookReader.folder(of: book)
    let relations = try WorkbookReader.relations(archive, of: book, limits)
    guard let part = try archive.part(book) else {
      throw TableError(
        .workbookCorrupt, file: name, "The file holds no workbook (\(book) is missing).",
        nextStep: "Open it in a spreadsheet program and save it as .xlsx.")
    }
    let stream = try XMLStream(part, path: book, file: name, state: WorkbookState(), limits: limits)
    try stream.parseAll()
    uses1904 = stream.state.pointee.uses1904
    sheets = try WorkbookReader.choose(
      sheet, among: stream.state.pointee.sheets, relations: relations, folder: folder, file: name)
    func place(_ type: String, _ standard: String) -> String {
      relations.first { $0.type == type }.map { WorkbookReader.resolve($0.target, folder) } ?? folder + standard
    }
    formats = try WorkbookReader.formats(archive, place("styles", "styles.xml"), limits)
    let strings = place("sharedStrings", "sharedStrings.xml")
    if let part = try archive.part(strings) {
      shared = try SharedStrings(part, path: strings, file: name, limits: limits)
    } else {
      shared = SharedStrings()
    }
    _ = try openNextSheet()
  }

  deinit {
    stream?.state.pointee.deallocate()
    raw.deallocate()
  }

  var sheetName: String { sheetIndex >= 0 && sheetIndex < sheets.count ? sheets[sheetIndex].name : "" }
  var fileBytesRead: Int { archive.unpacked }
  var endsWithoutNewline: Bool { false }
  var blankLines: Int { blankRowsBefore + (stream?.state.pointee.blankRows ?? 0) }

  func openNextSheet() throws(TableError) -> Bool {
    closeSheet()
    sheetIndex += 1
    guard sheetIndex < sheets.count else { return false }
    let path = sheets[sheetIndex].path
    guard let part = try archive.part(path) else {
      throw TableError(
        .workbookCorrupt, file: archive.name, "Sheet \(sheetName) is missing from the workbook (\(path)).",
        nextStep: "Open it in a spreadsheet program and save it anew.")
    }
    let state = SheetState(shared: shared.table, formats: formats, uses1904: uses1904, limits: limits)
    stream = try XMLStream(part, path: path, file: archive.name, state: state, limits: limits)
    return true
  }

  private func closeSheet() {
    if let state = stream?.state {
      blankRowsBefore += state.pointee.blankRows
      state.pointee.deallocate()
    }
    stream = nil
    rowIndex = 0
    columnCount = 0
  }

  func next(_ record: inout Record) throws(TableError) -> Bool {
    guard let stream else { return false }
    let state = stream.state
    if rowIndex >= state.pointee.rows.count {
      state.pointee.dropRows()
      rowIndex = 0
      while state.pointee.rows.isEmpty {
        guard try stream.parseNext() else { return false }
      }
    }
    let row = state.pointee.rows[rowIndex]
    rowIndex += 1
    record = Record()
    record.line = row.line
    record.defect = row.defect
    record.count = row.defect == .fieldTooLong || row.defect == .recordTooLong ? 0 : row.count
    record.arena = UnsafeRawPointer(state.pointee.arena.base)
    let cells = UnsafePointer(state.pointee.cells + row.firstCell)
    record.slices = cells
    if record.count < columnCount, record.defect == nil { pad(cells, &record) }
    writeRaw(&record)
    return true
  }

  /// Fills a row up to the width of the header.
  private func pad(_ cells: UnsafePointer<FieldSlice>, _ record: inout Record) {
    if padded.count != columnCount {
      padded = Array(repeating: FieldSlice(start: 0, length: 0, marks: FieldSlice.missing), count: columnCount)
    }
    padded.withUnsafeMutableBufferPointer { space in
      guard let base = space.baseAddress else { return }
      base.update(from: cells, count: record.count)
      for i in record.count..<columnCount { base[i] = FieldSlice(start: 0, length: 0, marks: FieldSlice.missing) }
      // The array's storage stays in place until its count changes.
      record.slices = UnsafePointer(base)
    }
    record.count = columnCount
  }

  /// The row as a line of CSV.
  private func writeRaw(_ record: inout Record) {
    raw.count = 0
    for i in 0..<record.count {
      if i > 0 { raw.append(UInt8(ascii: ",")) }
      let cell = record[field: i]
      guard let start = cell.baseAddress, !cell.isEmpty else { continue }
      if CSVQuoting.needsQuotes(cell, delimiter: UInt8(ascii: ",")) {
        CSVQuoting.appendQuoted(cell, to: &raw)
      } else {
        raw.append(start, cell.count)
      }
    }
    record.raw = UnsafeRawBufferPointer(start: raw.base, count: raw.count)
  }
}

extension WorkbookReader {
  /// Path of the main part, by the package's relations.
  private static func workbookPath(_ archive: ZipArchive, _ limits: Limits) throws(TableError) -> String {
    let main = try relations(archive, of: "", limits).first { $0.type == "officeDocument" }
    return main.map { resolve($0.target, "") } ?? "xl/workbook.xml"
  }

  private static func relations(
    _ archive: ZipArchive, of path: String, _ limits: Limits
  ) throws(TableError) -> [RelationsState.Relation] {
    let file = path.split(separator: "/").last.map(String.init) ?? ""
    let place = folder(of: path) + "_rels/" + file + ".rels"
    guard let part = try archive.part(place) else { return [] }
    let stream = try XMLStream(part, path: place, file: archive.name, state: RelationsState(), limits: limits)
    try stream.parseAll()
    return stream.state.pointee.relations
  }

  private static func formats(
    _ archive: ZipArchive, _ path: String, _ limits: Limits
  ) throws(TableError) -> [CellFormat] {
    guard let part = try archive.part(path) else { return [] }
    let stream = try XMLStream(part, path: path, file: archive.name, state: StylesState(), limits: limits)
    try stream.parseAll()
    return stream.state.pointee.formats
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }

  /// A relation's target as a path in the package.
  private static func resolve(_ target: String, _ folder: String) -> String {
    var parts = target.hasPrefix("/") ? [] : folder.split(separator: "/").map(String.init)
    for piece in target.split(separator: "/") where piece != "." {
      if piece == ".." { _ = parts.popLast() } else { parts.append(String(piece)) }
    }
    return parts.joined(separator: "/")
  }

  private static func choose(
    _ sheet: FileFormat.Sheet, among entries: [SheetEntry], relations: [RelationsState.Relation], folder: String,
    file: String
  ) throws(TableError) -> [(name: String, path: String)] {
    var found: [(name: String, path: String, isVisible: Bool)] = []
    for entry in entries {
      guard let relation = relations.first(where: { $0.id == entry.relation }), relation.type == "worksheet" else {
        continue
      }
      found.append((entry.name, resolve(relation.target, folder), entry.isVisible))
    }
    let names = found.map(\.name).joined(separator: ", ")
    let chosen =
      switch sheet {
      case .auto, .allVisible: found.filter(\.isVisible)
      case .name(let name): found.filter { $0.name == name }
      case .index(let index): index >= 1 && index <= found.count ? [found[index - 1]] : []
      }
    guard !chosen.isEmpty else {
      throw TableError(
        .sheetNotFound, file: file, "The workbook has no such sheet; it has: \(names).",
        nextStep: "Correct the sheet in the feed's description.")
    }
    return chosen.map { ($0.name, $0.path) }
  }
}
