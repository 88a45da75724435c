import Foundation
import LabourMarket
import Postgres
import Tabular

extension FileIngest {
  /// Bytes of rows that are gathered before they are handed to the connection.
  private static let chunk = 96 << 10
  /// Bytes of rejected rows or notes that are gathered before they get a COPY of their own: one connection takes one at a time.
  private static let asideChunk = 8 << 20

  /// Whether the feed has a clock of its own; the register has none.
  var hasClock: Bool { program.schema.feed != .enterprises }

  /// The first reading of a file: for key, moment and hash of its rows, or for whole rows where the feed has no clock.
  func firstReading(_ stock: Stock?) -> Reading {
    Reading(stock.map { .keys($0.rows, isStaged: $0.stages) } ?? .whole, city: context.city)
  }

  /// The second reading of a file: for rows that are stored as received at that place.
  func secondReading(_ found: VersionComparison, _ place: Place) -> Reading {
    Reading(
      .versions(found), city: context.city, receivedAt: place.clock, runID: place.runID, fileNumber: place.fileNumber)
  }

  /// Reads all records: good ones into the comparison or the city's staging table, rejected ones into theirs.
  func stage(
    _ source: some RecordSource, _ machine: inout RowMachine, _ stock: Stock?, _ progress: () -> Void = {}
  ) throws {
    if let stock, !stock.stages {
      try gather(source, &machine, beside: stock.stored, progress)
    } else {
      try transfer(source, &machine, to: "stage_\(feed)", asides: "stage_rejects", progress)
    }
    try stock?.rows.check()
  }

  /// Reads the records again and stores those that the machine's reading asks for.
  func store(_ source: some RecordSource, _ machine: inout RowMachine, _ progress: () -> Void = {}) throws {
    try transfer(source, &machine, to: "store_\(feed)", asides: "stage_records", progress)
  }

  /// Gives all records to the machine, sends its rows to one COPY and what stands aside to another.
  private func transfer(
    _ source: some RecordSource, _ machine: inout RowMachine, to target: String, asides: String, _ progress: () -> Void
  ) throws {
    var isAtEnd = false
    repeat {
      try copy(target) { writer in
        while machine.asides.count < Self.asideChunk {
          guard try source.next(&machine) else {
            isAtEnd = true
            break
          }
          if machine.rows.count >= Self.chunk { try send(&machine.rows, writer: &writer, progress) }
        }
        try send(&machine.rows, writer: &writer, progress)
      }
      guard machine.asides.count > 0 else { continue }
      try copy(asides) { try send(&machine.asides, writer: &$0, progress) }
    } while !isAtEnd
  }

  /// Gives all records to a machine whose rows need no COPY, while what is stored is read; sends rejected rows as soon as the connection is free. When it
  /// returns, everything stored is read.
  private func gather(
    _ source: some RecordSource, _ machine: inout RowMachine, beside stored: StoredVersions, _ progress: () -> Void
  ) throws {
    var told = 0
    func next(_ machine: inout RowMachine) throws -> Bool {
      told += 1
      if told % 2000 == 0 { progress() }
      return try source.next(&machine)
    }
    var hasMore = true
    while machine.asides.count < Self.chunk || (machine.asides.count < Self.asideChunk && !stored.hasEnded) {
      hasMore = try next(&machine)
      if !hasMore { break }
    }
    try stored.finish()
    guard machine.asides.count > 0 else { return }
    try copy("stage_rejects") { writer in
      while hasMore {
        if machine.asides.count >= Self.chunk { try send(&machine.asides, writer: &writer, progress) }
        hasMore = try next(&machine)
      }
      try send(&machine.asides, writer: &writer, progress)
    }
  }

  /// Lines of the file for which a clerk's correction stands: they are not taken from the file any more.
  func correctedLines(_ sha256: String) throws -> Set<Int64> {
    Set(
      try context.connection.query(
        context.query("corrected_lines"), [.text(context.city), .text(feed), .text(sha256)]
      ).map { Int64(try $0.int(0)) })
  }

  func copy(_ query: String, _ body: (inout CopyWriter) throws -> Void) throws {
    _ = try context.connection.copyIn(context.query(query)) { writer in
      try writer.append(CopyHeader.bytes)
      try body(&writer)
      try writer.append(CopyHeader.trailer)
    }
  }

  func send(_ rows: inout RowWriter, writer: inout CopyWriter, _ progress: () -> Void) throws {
    try writer.append(rows.bytes)
    rows.count = 0
    progress()
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

  /// The first rejected row of each reason.
  var examplesByReason: [String: RowExample] {
    var found: [String: RowExample] = [:]
    for (index, reason) in RejectionReason.allCases.enumerated() { found[reason.rawValue] = examples[index] }
    return found
  }

  /// Masks the names of the record's person in a file's name.
  mutating func maskNames(_ record: borrowing Record, in name: inout String) {
    findNames(record)
    for n in 0..<nameCount where name.utf8.count >= names[n].count {
      let person = String(decoding: names[n], as: UTF8.self)
      if name.contains(person) { name = name.replacingOccurrences(of: person, with: "***") }
    }
  }
}
