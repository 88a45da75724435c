import Glibc

/// The quotes of CSV fields.
public enum CSVQuoting {
  /// True when a field must be quoted: it holds the delimiter, a quote or a line end.
  @inline(__always)
  static func needsQuotes(_ field: UnsafeRawBufferPointer, delimiter: UInt8) -> Bool {
    for byte in field where byte == delimiter || byte == 0x22 || byte == 0x0A || byte == 0x0D { return true }
    return false
  }

  /// Appends a field in quotes, its own quotes doubled.
  static func appendQuoted<Out: ByteAppending>(_ field: UnsafeRawBufferPointer, to out: inout Out) {
    out.append(0x22)
    for byte in field {
      if byte == 0x22 { out.append(0x22) }
      out.append(byte)
    }
    out.append(0x22)
  }

  /// Appends a field of a line whose cells commas part, in quotes where it needs them.
  public static func append(_ field: [UInt8], to line: inout [UInt8]) {
    field.withUnsafeBytes { bytes in
      guard needsQuotes(bytes, delimiter: 0x2C) else {
        line += field
        return
      }
      appendQuoted(bytes, to: &line)
    }
  }

  /// The cells as a line without its end; commas part them.
  public static func line(_ cells: [String]) -> String {
    var line: [UInt8] = []
    for (index, cell) in cells.enumerated() {
      if index > 0 { line.append(0x2C) }
      append(Array(cell.utf8), to: &line)
    }
    return String(decoding: line, as: UTF8.self)
  }
}

/// What takes bytes one by one.
protocol ByteAppending {
  mutating func append(_ byte: UInt8)
}

extension Arena: ByteAppending {}
extension [UInt8]: ByteAppending {}
