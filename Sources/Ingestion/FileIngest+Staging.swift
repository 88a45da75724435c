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
    var machine = try machine(for: table)
    var unknown = machine.binding.unknown
    var hasContacts = hasContacts(machine.binding)
    _ = try context.connection.copyIn(context.query("copy_\(feed)")) { writer in
      try writer.append(CopyHeader.bytes)
      var record = Record()
      var generation = table.headerGeneration
      var sheet: Int64 = 0
      var lastLine = 0
      while try table.next(&record) {
        if table.headerGeneration != generation {
          generation = table.headerGeneration
          machine.rebind(try binding(of: table))
          for name in machine.binding.unknown where !unknown.contains(name) { unknown.append(name) }
          hasContacts = hasContacts || self.hasContacts(machine.binding)
        }
        if record.line < lastLine { sheet += 1 }
        lastLine = record.line
        if sheet > 0 { machine.lineOverride = sheet * Self.sheetStride + Int64(record.line) }
        machine.take(record)
        if machine.out.count >= Self.chunk {
          try writer.append(machine.out.bytes)
          machine.out.count = 0
          context.progress(table.bytesRead, table.fileSize)
        }
      }
      try writer.append(machine.out.bytes)
      try writer.append(CopyHeader.trailer)
    }
    result.counts = machine.counts
    result.counts.skipped += table.blankLines
    result.unknownColumns = unknown
    result.hasContactColumns = hasContacts
  }

  private func machine(for table: TableFile) throws -> RowMachine {
    RowMachine(
      program: program, binding: try binding(of: table), type: table.type,
      form: PersonNumbers.Form(type: table.type, charset: table.charset))
  }

  /// The keys of JSON Lines become known record by record: a column may still come.
  private func binding(of table: TableFile) throws -> HeaderBinding {
    try program.bind(table.headers, isComplete: table.type != .jsonl)
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
