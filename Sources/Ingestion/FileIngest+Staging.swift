import LabourMarket
import Postgres
import Tabular

extension FileIngest {
  /// Bytes of rows that are gathered before they are handed to the connection.
  private static let chunk = 96 << 10

  /// Lines of a second sheet are counted from here, of a third from twice here, so that a line names one row of the file.
  static let sheetStride: Int64 = 10_000_000

  /// Reads all records of a table into the feed's staging table.
  func stage(_ table: TableFile, _ result: inout FileResult) throws {
    try context.connection.execute(context.query("clear_\(feed)"))
    var counts = RowCounts()
    var unknown: [String] = []
    var contacts = false
    _ = try context.connection.copyIn(context.query("copy_\(feed)")) { writer in
      try writer.append(CopyHeader.bytes)
      var record = Record()
      var hasRecord = try table.next(&record)
      var sheet: Int64 = 0
      var lastLine = 0
      repeat {
        let generation = table.headerGeneration
        var machine = try machine(for: table)
        for name in machine.binding.unknown where !unknown.contains(name) { unknown.append(name) }
        contacts = contacts || hasContacts(machine.binding)
        while hasRecord, table.headerGeneration == generation {
          if record.line < lastLine { sheet += 1 }
          lastLine = record.line
          if sheet > 0 { machine.lineOverride = sheet * Self.sheetStride + Int64(record.line) }
          machine.take(record)
          if machine.out.count >= Self.chunk {
            try writer.append(machine.out.bytes)
            machine.out.count = 0
            context.progress(table.bytesRead, table.fileSize)
          }
          hasRecord = try table.next(&record)
        }
        try writer.append(machine.out.bytes)
        counts += machine.counts
      } while hasRecord
      try writer.append(CopyHeader.trailer)
    }
    counts.skipped += table.blankLines
    result.counts = counts
    result.unknownColumns = unknown
    result.hasContactColumns = contacts
  }

  private func machine(for table: TableFile) throws -> RowMachine {
    // The keys of JSON Lines become known record by record: a column may still come.
    let binding = try program.bind(table.headers, isComplete: table.type != .jsonl)
    let form: PersonNumbers.Form
    switch (table.type, table.charset) {
    case (.xlsx, _): form = .utf8
    case (_, .gb18030), (_, .gbk), (_, .gb2312): form = .gb18030
    case (_, .utf16le), (_, .utf16): form = .utf16(bigEndian: false)
    case (_, .utf16be): form = .utf16(bigEndian: true)
    default: form = .utf8
    }
    return RowMachine(program: program, binding: binding, type: table.type, form: form)
  }

  private func hasContacts(_ binding: HeaderBinding) -> Bool {
    zip(program.schema.columns, binding.sources).contains { $0.role == .contact && !$1.fields.isEmpty }
  }
}

/// The bytes around the rows of a binary COPY.
enum CopyHeader {
  /// Signature, flags and an empty extension.
  static var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(header.buffer) }
  /// The end of the data.
  static var trailer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(end.buffer) }

  private static let header = Constant([
    0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ])
  private static let end = Constant([0xFF, 0xFF])

  /// Bytes that live as long as the program.
  private final class Constant: @unchecked Sendable {
    let buffer: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
      buffer = .allocate(capacity: bytes.count)
      _ = buffer.initialize(from: bytes)
    }
  }
}

extension RowMachine {
  /// The counts so far; what was stored is not yet known.
  var counts: RowCounts {
    var counts = RowCounts()
    counts.read = read
    counts.rejected = rejected
    counts.skipped = skipped
    for (index, reason) in RejectionReason.allCases.enumerated() where rejectedByReason[index] > 0 {
      counts.rejectedByReason[reason.rawValue] = rejectedByReason[index]
    }
    return counts
  }
}
