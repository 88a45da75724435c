import Foundation
import LabourMarket
import Reporting
import Shortfall
import TestSupport
import Testing

@testable import Operations

@Suite("The page of a backtest")
struct BacktestPageTests {
  /// Two chains over a year, relived from two months, for a profile.
  private func page(_ folder: String, _ chains: [String]) throws -> String {
    let profile = try Profile(folder: repositoryRoot + "/jobs/" + folder)
    let start = Month(year: 2009, month: 1)
    func panel(_ months: Int) -> IndicatorPanel {
      IndicatorPanel(
        asOf: start + (months - 1),
        totals: chains.enumerated().map { k, chain in
          let level = 500 + 400 * Double(k)
          return .init(
            key: Cell(chain: ChainCode(rawValue: chain)), start: start,
            openings: (0..<months).map { level + Double($0 % 12) * 10 + Double($0 * $0 % 7) })
        })
    }
    var backtest = Backtest()
    for months in [30, 31] {
      let then = panel(months)
      backtest.add(try IndicatorEstimator().forecast(then, horizon: 3), from: then, truth: panel(36))
    }
    let strings = try StringTable(
      language: profile.language.rawValue, folder: Resources(root: repositoryRoot).templates)
    return BacktestPage(
      report: BacktestReport(
        backtest, place: "A & B", origins: [start + 29, start + 30], horizon: 3,
        names: try ReportNames(profile: profile, language: profile.language), strings: strings)
    ).html
  }

  private func body(_ page: String) -> Substring { page.range(of: "<body").map { page[$0.lowerBound...] } ?? "" }

  @Test func speaksTheLanguageOfTheProfile() throws {
    let english = try page("us-jolts", ["230000", "420000"])
    #expect(english.contains("<html lang=\"en\">") && english.contains("<h1>Backtest · A &amp; B</h1>"))
    #expect(!body(english).unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) })
    #expect(english.contains("<td>Construction</td>"))
    let names = try Profile(folder: repositoryRoot + "/jobs/suqian").reference.chains.prefix(2)
    let chinese = try page("suqian", names.map(\.code.rawValue))
    #expect(chinese.contains("<html lang=\"zh-CN\">") && chinese.contains("<h1>回溯检验 · A &amp; B</h1>"))
    for chain in names { #expect(chinese.contains("<td>\(chain.name)</td>")) }
    // Every text of the page is in both tables, with all its values.
    for page in [english, chinese] {
      #expect(!page.contains("backtest.") && page.firstMatch(of: /%[1-9]/) == nil)
    }
    for word in ["months ahead", "Coverage", "samples", "last gap"] { #expect(!chinese.contains(word)) }
  }

  @Test func aPlotHoldsEveryValue() throws {
    let curve = BacktestPlot.Curve(level: .chain, name: "chain", points: [(1, 0.4), (2, 2.3), (3, 3.1)])
    let svg = BacktestPlot(horizon: 3, x: "x", y: "y", mark: 1, step: 0.25).figure("title", "caption", [curve])
    let heights = try svg.matches(of: /cy="([0-9.]+)"/).map { try #require(Double($0.output.1)) }
    #expect(heights.count == 3 && heights == heights.sorted(by: >) && Set(heights).count == 3)
    #expect(heights.allSatisfy { (14...214).contains($0) })
    #expect(svg.contains(">3<") && svg.contains(">x<") && svg.contains(">y<"))
  }
}
