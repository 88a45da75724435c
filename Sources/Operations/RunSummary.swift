import Foundation
import Tabular

/// What a run did, in the form of `--summary` (contract section 6).
public struct RunSummary: Encodable, Sendable {
  /// The run's number.
  public var runID: RunID?
  /// One entry a feed that was read; `nil` where the command reads none.
  public var feeds: [FeedSummary]?
  /// The forecast; `nil` where the command makes none.
  public var forecast: ForecastSummary?
  /// The lists; `nil` where the command writes none.
  public var report: ReportSummary?
  /// What became of the outbox, where sending it is all that the command does.
  public var messages: DeliverySummary?
  /// What the run noticed: late, missing or shrunken feeds, unknown columns.
  public var findings: [String] = []
  /// The feeds that are late, stale or missing; `nil` where the command reads none.
  public var lateFeeds: [LateFeed]?
  /// Who answered the newest survey wave; `nil` where there is none.
  public var survey: SurveySummary?
  /// What the run cost; set when it closes.
  public var cost: RunCost?
  /// How the run ends.
  public var status: ExitStatus = .done

  /// An empty summary.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case feeds, forecast, report, messages, findings, survey, cost
    case lateFeeds = "late_feeds"
    case exitCode = "exit_code"
  }

  /// Writes the keys of the contract.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(runID?.value, forKey: .runID)
    try container.encodeIfPresent(feeds, forKey: .feeds)
    try container.encodeIfPresent(forecast, forKey: .forecast)
    try container.encodeIfPresent(report, forKey: .report)
    try container.encodeIfPresent(messages, forKey: .messages)
    try container.encode(findings, forKey: .findings)
    try container.encodeIfPresent(lateFeeds, forKey: .lateFeeds)
    try container.encodeIfPresent(survey, forKey: .survey)
    try container.encodeIfPresent(cost, forKey: .cost)
    try container.encode(status.rawValue, forKey: .exitCode)
  }

  /// The summary as one JSON object, keys sorted.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Writes the summary to a file, whole or not at all; `nil` writes nothing.
  func write(to path: String?) throws {
    guard let path else { return }
    try FileSystem.write(Data((json() + "\n").utf8), to: path, whole: true)
  }
}

/// The summary of a command that has no run, or whose run failed: how it ended, and why.
public struct EndSummary: Encodable, Sendable {
  /// The exit code.
  public let exitCode: Int32
  /// What was wrong; `nil` where nothing was.
  public let message: String?

  private enum CodingKeys: String, CodingKey {
    case exitCode = "exit_code"
    case message
  }

  /// Writes it, unless the command's run has written its own.
  /// - Parameters:
  ///   - status: how the command ended.
  ///   - message: what was wrong.
  ///   - path: the file; `nil` writes nothing.
  public static func write(_ status: ExitStatus, _ message: String?, to path: String?) {
    guard let path, !FileSystem.exists(path) else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A summary that cannot be written must not hide how the command ended.
    guard let json = try? encoder.encode(EndSummary(exitCode: status.rawValue, message: message)) else { return }
    try? FileSystem.write(json + Data("\n".utf8), to: path, whole: true)
  }

  /// Takes an earlier command's summary away, so that nobody takes it for this one's.
  public static func clear(_ path: String?) {
    if let path { FileSystem.remove(path) }
  }
}

/// What a run cost this process, as the operating system counts it.
public struct RunCost: Encodable, Sendable {
  /// Wall-clock seconds since the run was opened.
  public let seconds: Double
  /// CPU seconds of this program so far; the server's are not among them.
  public let cpuSeconds: Double
  /// The largest resident memory of this program so far, bytes.
  public let peakMemory: Int

  private enum CodingKeys: String, CodingKey {
    case seconds
    case cpuSeconds = "cpu_seconds"
    case peakMemory = "peak_memory_bytes"
  }

  /// The high-water mark of this program's own memory; `ru_maxrss` also counts what started it, before it became this program.
  private static func peakOfThisProgram() -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let mark = status.firstRange(of: "VmHWM:")
    else { return nil }
    let digits = status[mark.upperBound...].drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber }
    return Int(digits).map { $0 * 1024 }
  }

  /// The cost since a moment of the real clock (seconds since 1970).
  init(since started: Double) {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    self.seconds = Run.realClock() - started
    cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    peakMemory = Self.peakOfThisProgram() ?? usage.ru_maxrss * 1024
  }
}
