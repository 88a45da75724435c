import Foundation
import Logging
import Synchronization

/// How log lines are written to standard error.
public enum LogFormat: String, Sendable, CaseIterable {
  /// One line for people: time, level where it matters, message, then values.
  case text
  /// One JSON object a line, for machines.
  case json
}

/// Writes log lines to standard error, one write a line; secrets never come here (see `docs/operator.md`).
struct ConsoleLogHandler: LogHandler {
  let format: LogFormat
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  init(format: LogFormat, level: Logger.Level) {
    self.format = format
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var values = metadata
    for (key, value) in event.metadata ?? [:] { values[key] = value }
    let pairs = values.sorted { $0.key < $1.key }
    let line: String
    switch format {
    case .text:
      let mark = event.level >= .error ? "error: " : event.level == .warning ? "warning: " : ""
      let tail = pairs.map { " \($0.key)=\(Console.quoted("\($0.value)"))" }.joined()
      line = Console.plain("\(Self.stamp().suffix(9).dropLast()) \(mark)\(event.message)\(tail)")
    case .json:
      var object: [String: String] = [
        "time": Self.stamp(), "level": event.level.rawValue, "message": "\(event.message)",
      ]
      for (key, value) in pairs { object[key] = "\(value)" }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      line = (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
    Console.writeError(line + "\n")
  }

  private static func stamp() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// What a command says while it runs: log lines and, on a terminal only, a progress line.
public final class Console: Sendable {
  /// The logger of the run.
  public let logger: Logger
  private let showsProgress: Bool
  private let last = Mutex<(shown: Bool, nanoseconds: UInt64)>((false, 0))

  /// A console.
  /// - Parameters:
  ///   - format: how log lines look.
  ///   - quiet: only warnings and errors, no progress.
  ///   - verbose: also debug lines.
  public init(format: LogFormat = .text, quiet: Bool = false, verbose: Bool = false) {
    let level: Logger.Level = quiet ? .warning : verbose ? .debug : .info
    logger = Logger(label: "labourwatch") { _ in ConsoleLogHandler(format: format, level: level) }
    showsProgress = !quiet && format == .text && isatty(STDERR_FILENO) == 1
  }

  /// Shows where a long step stands, at most ten times a second, on a terminal only.
  /// - Parameters:
  ///   - step: what is being done.
  ///   - fraction: done share, 0…1; `nil` where it is not known.
  public func progress(_ step: String, fraction: Double? = nil) {
    guard showsProgress else { return }
    let now = DispatchTime.now().uptimeNanoseconds
    let due = last.withLock { state in
      guard now - state.nanoseconds > 100_000_000 else { return false }
      state = (true, now)
      return true
    }
    guard due else { return }
    let share = fraction.map { " \(Int(($0 * 100).rounded(.down))) %" } ?? ""
    Self.writeError("\r\u{1B}[2K\(Self.plain(step))…\(share)")
  }

  /// Takes the progress line away.
  public func endProgress() {
    let shown = last.withLock { state in
      defer { state.shown = false }
      return state.shown
    }
    if shown { Self.writeError("\r\u{1B}[2K") }
  }

  /// An information line.
  public func info(_ message: String, _ values: Logger.Metadata = [:]) {
    endProgress()
    logger.info("\(message)", metadata: values.isEmpty ? nil : values)
  }

  /// A warning line.
  public func warning(_ message: String, _ values: Logger.Metadata = [:]) {
    endProgress()
    logger.warning("\(message)", metadata: values.isEmpty ? nil : values)
  }

  /// Says why a command failed, on standard error.
  public static func report(_ failure: Failure) {
    writeError(plain("labourwatch: \(failure)", keeping: ["\n"]) + "\n")
  }

  /// Writes text to standard error as it is.
  public static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }
  /// Writes text for people to standard output: whatever characters files and their cells hold, the terminal is left alone.
  public static func writeOutput(_ text: String) { write(plain(text, keeping: ["\n", "\t"]), to: STDOUT_FILENO) }
  /// Writes data to standard output as they are.
  static func writeData(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// A value of a text line, as logfmt writes it: in quotes where it is empty or holds a space, a quote or an equals sign, so that a line falls apart into its values.
  static func quoted(_ value: String) -> String {
    guard value.isEmpty || value.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return value }
    let escaped = value.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
    return "\"\(escaped)\""
  }

  /// A text without control characters: names of files and cells may hold any.
  /// - Parameter kept: those that are left.
  static func plain(_ text: String, keeping kept: Set<Unicode.Scalar> = []) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.generalCategory == .control && !kept.contains(scalar)
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let base = rest.baseAddress, !rest.isEmpty {
        let written = Foundation.write(descriptor, base, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          return
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
  }
}
