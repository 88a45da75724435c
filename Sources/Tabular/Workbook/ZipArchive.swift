import CLibZip

/// A zip archive whose parts are read as streams, with a cap on what all of them unpack to.
final class ZipArchive {
  let name: String
  private let archive: OpaquePointer
  private let limits: Limits
  /// Bytes unpacked so far, of all parts.
  fileprivate(set) var unpacked = 0

  init(path: String, name: String, limits: Limits) throws(TableError) {
    var code: Int32 = 0
    guard let opened = zip_open(path, ZIP_RDONLY, &code) else {
      var reason = zip_error_t()
      zip_error_init_with_code(&reason, code)
      let words = zip_error_strerror(&reason).map { String(cString: $0) } ?? "code \(code)"
      zip_error_fini(&reason)
      throw TableError(
        .workbookCorrupt, file: name, "The workbook cannot be opened: \(words).",
        nextStep: "Copy it again, or open it in a spreadsheet program and save it anew.")
    }
    archive = opened
    self.name = name
    self.limits = limits
  }

  deinit { zip_discard(archive) }

  /// Opens a part; nil when there is none of that name (case is ignored, as spreadsheet programs do).
  func part(_ path: String) throws(TableError) -> ZipPart? {
    let index = zip_name_locate(archive, path, zip_flags_t(ZIP_FL_NOCASE))
    guard index >= 0 else { return nil }
    var info = zip_stat_t()
    zip_stat_init(&info)
    let known = zip_stat_index(archive, zip_uint64_t(index), 0, &info) == 0
    guard let file = zip_fopen_index(archive, zip_uint64_t(index), 0) else {
      let words = zip_strerror(archive).map { String(cString: $0) } ?? "no reason given"
      throw TableError(
        .workbookCorrupt, file: name, "Part \(path) of the workbook cannot be read: \(words).",
        nextStep: "Save the workbook anew, without a password.")
    }
    return ZipPart(archive: self, path: path, file: file, packed: known ? Int(info.comp_size) : 0)
  }

  /// Counts bytes that a part gave out against the limits.
  fileprivate func count(_ bytes: Int, partUnpacked: Int, packed: Int, path: String) throws(TableError) {
    unpacked += bytes
    let ratioIsHigh = partUnpacked > Limits.ratioFloor && partUnpacked / max(1, packed) > limits.compressionRatio
    guard unpacked > limits.workbookBytes || ratioIsHigh else { return }
    throw TableError(
      .unpackedTooLarge, file: name,
      "Part \(path) of the workbook unpacks to more than \(partUnpacked) bytes from \(packed), over the limit.",
      nextStep: "If the workbook is genuine, save the sheet as CSV or raise the limit in the feed's description.")
  }
}

/// One part of a zip archive as a stream of unpacked bytes.
final class ZipPart {
  private let archive: ZipArchive
  private let path: String
  private let file: OpaquePointer
  private let packed: Int
  private var unpacked = 0

  fileprivate init(archive: ZipArchive, path: String, file: OpaquePointer, packed: Int) {
    self.archive = archive
    self.path = path
    self.file = file
    self.packed = packed
  }

  deinit { zip_fclose(file) }

  /// Fills a part of the space; 0 at the end.
  func read(into space: UnsafeMutableRawBufferPointer) throws(TableError) -> Int {
    let count = Int(zip_fread(file, space.baseAddress, zip_uint64_t(space.count)))
    guard count >= 0 else {
      throw TableError(
        .workbookCorrupt, file: archive.name, "Part \(path) of the workbook is damaged after \(unpacked) bytes.",
        nextStep: "Copy it again, or open it in a spreadsheet program and save it anew.")
    }
    unpacked += count
    try archive.count(count, partUnpacked: unpacked, packed: packed, path: path)
    return count
  }
}
