import Forecasting
import Glibc
import Tabular

/// Writes forecasts as CSV.
enum SeriesForecastWriter {
  static func write(_ results: [SeriesForecastResult], style: SeriesPeriodStyle, path: String) throws {
    let file = try SeriesFileHandle(path: path, mode: "w")
    var buffer: [UInt8] = []
    buffer.reserveCapacity(1 << 16)
    buffer.append(contentsOf: "unique_id,ds,mean,p10,p50,p90\n".utf8)
    var periods: [Int: [UInt8]] = [:]
    for result in results {
      let id = Array(CSVQuoting.line([result.id]).utf8)
      for h in result.mean.indices {
        let period = result.start + h
        if periods[period] == nil { periods[period] = Array(style.text(period).utf8) }
        buffer.append(contentsOf: id)
        buffer.append(44)
        buffer.append(contentsOf: periods[period] ?? [])
        for value in [result.mean[h], result.p10[h], result.p50[h], result.p90[h]] {
          buffer.append(44)
          append(value, to: &buffer)
        }
        buffer.append(10)
      }
      if buffer.count > 1 << 16 { try flush(&buffer, file, path) }
    }
    try flush(&buffer, file, path)
    guard fflush(file.pointer) == 0 else { throw failure(path) }
  }

  /// Writes which models weigh how much and why: `unique_id,method,fallback,model,share_first,share_last,reason`.
  static func explain(_ results: [SeriesForecastResult], path: String) throws {
    let file = try SeriesFileHandle(path: path, mode: "w")
    var buffer = Array("unique_id,method,fallback,model,share_first,share_last,reason\n".utf8)
    for result in results {
      let head = CSVQuoting.line([result.id, result.method, result.fallbackReason ?? ""])
      let notes = result.notes.isEmpty ? "" : "; " + result.notes.joined(separator: "; ")
      for weight in result.weights {
        let share = [weight.shares.first ?? 0, weight.shares.last ?? 0].map { percent($0) }.joined(separator: ",")
        buffer.append(
          contentsOf:
            "\(head),\(CSVQuoting.line([weight.model])),\(share),\(CSVQuoting.line([weight.reason + notes]))\n".utf8)
      }
      if result.weights.isEmpty {
        buffer.append(
          contentsOf:
            "\(head),\(CSVQuoting.line([result.method])),1,1,\(CSVQuoting.line([(result.fallbackReason ?? "") + notes]))\n"
            .utf8)
      }
      if buffer.count > 1 << 16 { try flush(&buffer, file, path) }
    }
    try flush(&buffer, file, path)
    guard fflush(file.pointer) == 0 else { throw failure(path) }
  }

  private static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 1000)" }

  /// Writes a text as a file.
  static func write(text: String, path: String) throws {
    let file = try SeriesFileHandle(path: path, mode: "w")
    var buffer = Array(text.utf8)
    try flush(&buffer, file, path)
    guard fflush(file.pointer) == 0 else { throw failure(path) }
  }

  private static func flush(_ buffer: inout [UInt8], _ file: SeriesFileHandle, _ path: String) throws {
    let written = buffer.withUnsafeBytes { bytes in
      bytes.baseAddress.map { fwrite($0, 1, bytes.count, file.pointer) } ?? 0
    }
    guard written == buffer.count else { throw failure(path) }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func failure(_ path: String) -> Failure {
    Failure(.failed, "\(path): \(String(cString: strerror(errno)))", next: "check the disk and the path")
  }

  /// The shortest decimal text that reads back as the same number; never an exponent that CSV readers stumble over.
  private static func append(_ value: Double, to buffer: inout [UInt8]) {
    if value == value.rounded(), Swift.abs(value) < 1e15 {
      buffer.append(contentsOf: String(Int64(value)).utf8)
    } else {
      buffer.append(contentsOf: value.description.utf8)
    }
  }
}

/// A C stream that closes itself.
final class SeriesFileHandle {
  let pointer: UnsafeMutablePointer<FILE>

  init(path: String, mode: String) throws(Failure) {
    guard let opened = fopen(path, mode) else {
      throw Failure(.failed, "\(path): \(String(cString: strerror(errno)))", next: "check the path and its permissions")
    }
    pointer = opened
  }

  deinit { fclose(pointer) }
}
