import Ingestion
import LabourMarket
import Postgres

/// Who answered the newest survey wave, in short; `labourwatch export response` has it whole.
public struct SurveySummary: Encodable, Sendable {
  /// A part of the register and how much of it answered.
  public struct Part: Encodable, Sendable {
    /// The part; an empty text stands for all.
    public let chain: String, region: String, sizeClass: String
    /// Enterprises of the register, and those that answered.
    public let enterprises: Int, answered: Int
    /// The share of its headcount that answered; `nil` where no headcount is known.
    public let weightedRate: Double?

    /// The share of its enterprises that answered.
    public var rate: Double { Double(answered) / Double(enterprises) }

    private enum CodingKeys: String, CodingKey {
      case chain, region, enterprises, answered
      case sizeClass = "size_class"
      case weightedRate = "weighted_rate"
    }
  }

  /// Fewest enterprises of a part that is told of.
  static let leastEnterprises = 5
  /// Most parts told of.
  private static let mostParts = 3

  /// The wave, `YYYY-MM`.
  public let wave: String
  /// All enterprises.
  public let city: Part
  /// Enterprises that answered the wave before and not this one.
  public let lapsed: Int
  /// The parts (strata, chains, regions, size classes) that answered least, the lowest first.
  public let lowest: [Part]

  /// The newest wave of what is known by the session's clock; `nil` where there is none.
  init?(_ session: Session) throws {
    let key: [Value] = [.text(session.profile.city), .text(session.clock.local.description)]
    let rows = try session.connection.query(session.queries["reporting/export_response"], key)
    guard let wave = try rows.map({ try $0.string("survey_wave") }).max() else { return nil }
    var parts: [Part] = []
    var city: Part?
    for row in rows where try row.string("survey_wave") == wave {
      let part = Part(
        chain: try row.string("chain"), region: try row.string("region"), sizeClass: try row.string("size_class"),
        enterprises: try row.int("enterprises"), answered: try row.int("answered"),
        weightedRate: try row.optionalDouble("weighted_rate"))
      if try row.string("level") == "city" { city = part } else { parts.append(part) }
    }
    guard let city else { return nil }
    self.wave = wave
    self.city = city
    lapsed = try session.connection.query(session.queries["reporting/export_nonresponse"], key).count
    lowest = Array(
      parts.filter { $0.enterprises >= Self.leastEnterprises && $0.rate < city.rate }
        .sorted { ($0.rate, -$0.enterprises, $0.key) < ($1.rate, -$1.enterprises, $1.key) }.prefix(Self.mostParts))
  }

  /// Two lines for the operator.
  func lines(_ reference: Reference) -> [String] {
    func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
    let weighted = city.weightedRate.map { ", \(percent($0)) of the headcount" } ?? ""
    var lines = [
      "  survey    wave \(wave): \(city.answered) of \(city.enterprises) enterprises answered (\(percent(city.rate))\(weighted)); "
        + "\(lapsed) that answered before have not: labourwatch export nonresponse"
    ]
    if !lowest.isEmpty {
      let parts = lowest.map { part in
        let names = [
          reference.regions.first { $0.code.rawValue == part.region }?.name ?? part.region,
          reference.chains.first { $0.code.rawValue == part.chain }?.name ?? part.chain, part.sizeClass,
        ]
        return "\(names.filter { !$0.isEmpty }.joined(separator: " × ")) \(part.answered) of \(part.enterprises)"
      }
      lines.append("            lowest: \(parts.joined(separator: "; "))")
    }
    return lines
  }

  private enum CodingKeys: String, CodingKey {
    case wave, city, lapsed, lowest
  }
}

extension SurveySummary.Part {
  /// What parts of the same rate and size are ordered by.
  fileprivate var key: String { "\(chain) \(region) \(sizeClass)" }
}
