import Assistance
import Foundation
import LabourMarket

@testable import Reporting

/// A small generator (SplitMix64, Steele et al. 2014) so that fixtures are the same on every machine.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A made-up city's list.
enum Fixture {
  static let templates = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources/Reporting/Templates").path
  static let chains = ["化学纤维", "晶硅光伏", "高端家居", "纺织服装", "智能家电", "酿造（酒）", "食品加工", "半固态成形制造"]
  static let regions = ["沭阳县", "泗阳县", "泗洪县", "宿豫区", "宿城区", "宿迁经济技术开发区", "市湖滨新区", "市洋河新区", "苏宿工业园区"]
  static let occupations = [
    "纺织、针织、印染人员", "纺织品、服装和皮革、毛皮制品加工制作人员", "电气机械和器材制造人员", "生产辅助人员", "工程技术人员", "木材加工、家具与木制品制作人员",
  ]
  static let measureNames = ["job-fair": "周六市场主题招聘", "returnees": "返乡就业", "labour-sharing": "共享用工（余缺调剂）"]

  static func strings(_ language: String = "zh-CN") throws -> StringTable {
    try StringTable(language: language, folder: templates)
  }

  static func header(isCity: Bool = true) -> ListHeader {
    let asOf = Month(year: 2021, month: 12)
    return ListHeader(
      cityName: "宿迁市", team: isCity ? "321300" : "321322", teamName: isCity ? "宿迁市" : "沭阳县", isCity: isCity,
      night: CalendarDay(year: 2022, month: 1, day: 6), asOf: asOf, months: (1...6).map { asOf + $0 }, horizon: 3,
      knownUntil: LocalTimestamp(day: CalendarDay(year: 2021, month: 12, day: 31), second: 86_399),
      model: "balance+ridge", inputsDigest: "0123456789abcdef", draws: 2000, currency: "CNY", rules: .standard,
      life: AlertLife(), response: 0.83, coverage: 0.61, monthsOfHistory: 36, missingFeeds: [], leastGap: 1,
      hasEarlierNight: true)
  }

  static func list(rows: Int = 40, enterprises: Int = 60, isCity: Bool = true, seed: UInt64 = 7) -> ShortageList {
    var random = SplitMix(state: seed)
    let header = header(isCity: isCity)
    var list = ShortageList(header: header, rows: [], enterprises: [], surpluses: [], trends: [])
    for index in 0..<rows { list.rows.append(row(index, header, &random)) }
    list.rows.sort { ($0.level, $0.forecast[2].p50) > ($1.level, $1.forecast[2].p50) }
    for index in list.rows.indices { list.rows[index].rank = index + 1 }
    list.enterprises = (0..<enterprises).map { enterprise($0, &random) }
    list.surpluses = (0..<max(3, enterprises / 8)).map { index in
      SurplusRow(
        creditCode: "91330100799655058B", name: "宿迁市某某纺织有限公司\(index)", chain: chains[index % 8],
        region: regions[index % 9], headcount: Double(30 + index), previous: Double(40 + index), base: 60,
        surplus: Double(2 + index), reason: "订单不足")
    }
    list.trends = [trend("宿迁市合计", nil, scale: 4000, &random)]
    for (index, name) in chains.enumerated() {
      list.trends.append(trend(name, ChainCode(rawValue: "c\(index)"), scale: 900 / Double(index + 1), &random))
    }
    return list
  }

  static func row(_ index: Int, _ header: ListHeader, _ random: inout SplitMix) -> ShortageRow {
    let openings = Double(Int.random(in: 1...260, using: &random))
    let employed = Double(Int.random(in: 2...2400, using: &random))
    let exceedance = Double.random(in: 0...1, using: &random)
    let forecast = header.months.enumerated().map { step, month in
      let middle = openings * Double.random(in: 0.8...1.3, using: &random)
      let spread = middle * 0.12 * Double(step + 2)
      return ForecastPoint(month: month, p10: max(0, middle - spread), p50: middle, p90: middle + spread)
    }
    let level = LevelRules.standard.level(
      LevelEvidence(exceedance: exceedance, openings: openings, forecast: forecast[2].p50, employed: employed))
    return ShortageRow(
      cell: Cell(
        chain: ChainCode(rawValue: "c\(index % 8)"), region: RegionCode(rawValue: "r\(index % 9)"),
        occupation: OccupationCode(rawValue: "6-0\(index)")), previousRank: index % 5 == 0 ? nil : index + 1,
      level: level, chain: chains[index % 8], region: regions[index % 9], occupation: occupations[index % 6],
      employed: employed, openings: openings, previousMonth: index % 7 == 0 ? 0 : openings * 0.9,
      previousYear: index % 3 == 0 ? nil : openings * 1.4, forecast: forecast, exceedance: exceedance, threshold: 50,
      cause: MainCause(drivers: [("planned", openings * 0.5), ("carried_over", openings * 0.3)]),
      salary: 5200, salaryMarket: 5600, seekers: Double(Int.random(in: 0...180, using: &random)),
      measures: [
        MeasureAdvice(lever: "job-fair", reason: .now),
        MeasureAdvice(lever: "labour-sharing", reason: .surplusHere, persons: 38),
        MeasureAdvice(lever: "returnees", reason: .ahead),
      ], entry: OfficerEntry(status: level > .none ? .open : nil, officer: index % 4 == 0 ? "王敏" : ""),
      firstSeen: header.night - index % 30, quality: index % 6 == 0 ? ["short_history", "dominated"] : [])
  }

  static func enterprise(_ index: Int, _ random: inout SplitMix) -> EnterpriseRow {
    EnterpriseRow(
      creditCode: "914403001922038216", name: "宿迁市第\(index)家居制造有限公司", chain: chains[index % 8],
      region: regions[index % 9], occupation: occupations[index % 6], chainCode: ChainCode(rawValue: "c\(index % 8)"),
      openings: Double(Int.random(in: 0...40, using: &random)), planned: index % 3 == 0 ? nil : 12,
      expected: Double(Int.random(in: 0...50, using: &random)), oldest: CalendarDay(year: 2021, month: 10, day: 8),
      salaryMin: 4500, salaryMax: 6500, contact: index % 2 == 0 ? "李经理" : nil,
      phone: index % 2 == 0 ? "0527-84350000" : nil)
  }

  static func trend(_ name: String, _ chain: ChainCode?, scale: Double, _ random: inout SplitMix) -> Trend {
    let asOf = Month(year: 2021, month: 12)
    let history = (0..<24).map { step in
      let noise = Double.random(in: 0.95...1.05, using: &random)
      return (month: asOf - (23 - step), openings: scale * (1 + 0.2 * sin(Double(step) / 2)) * noise)
    }
    let forecast = (1...6).map { step in
      let middle = scale * (1 + 0.2 * sin(Double(23 + step) / 2))
      let ahead = Double(step)
      return ForecastPoint(
        month: asOf + step, p10: middle * (1 - 0.05 * ahead), p50: middle, p90: middle * (1 + 0.06 * ahead))
    }
    return Trend(name: name, chain: chain, history: history, forecast: forecast)
  }
}
