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
  /// What the run noticed: late, missing or shrunken feeds, unknown columns.
  public var findings: [String] = []
  /// How the run ends.
  public var status: ExitStatus = .done

  /// An empty summary.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case runID = "run_id"
    case feeds, forecast, report, findings
    case exitCode = "exit_code"
  }

  /// Writes the keys of the contract.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(runID?.value, forKey: .runID)
    try container.encodeIfPresent(feeds, forKey: .feeds)
    try container.encodeIfPresent(forecast, forKey: .forecast)
    try container.encodeIfPresent(report, forKey: .report)
    try container.encode(findings, forKey: .findings)
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
    try Data((json() + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
