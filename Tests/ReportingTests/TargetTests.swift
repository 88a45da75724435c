import LabourMarket
import Testing

@testable import Reporting

@Suite struct TargetTests {
  /// A target of 36,000 over 2021–2023: 1,000 a month.
  private func row(_ value: Double?, _ month: Month?, isCity: Bool = false, target: Double = 36_000) -> TargetRow {
    TargetRow(
      indicator: "职业技能等级认定人数", region: isCity ? "宿迁市" : "沭阳县", unit: "人次", code: "c", isCity: isCity,
      start: Month(year: 2021, month: 1), end: Month(year: 2023, month: 12), target: target, value: value, month: month)
  }

  @Test func paceIsCountedByHand() {
    // 12 of 36 months are over: a third of the time. 9,000 of 36,000 are reached: 750 a month; 27,000 are left for 24 months: 1,125.
    let row = row(9_000, Month(year: 2021, month: 12))
    #expect(row.share == 0.25 && row.elapsed == 12.0 / 36)
    #expect(row.pace == 750 && row.needed == 1_125 && row.standing == .behind)
  }

  @Test(arguments: [
    (11_999.0, TargetRow.Standing.slightlyBehind), (12_000, .onTrack), (10_800, .slightlyBehind), (10_799, .behind),
    (36_000, .reached), (40_000, .reached), (0, .behind),
  ]) func standingsHaveTheirBounds(value: Double, standing: TargetRow.Standing) {
    #expect(row(value, Month(year: 2021, month: 12)).standing == standing)
  }

  @Test func endsOfThePeriodDivideByNothing() {
    #expect(row(nil, nil).standing == .unreported && row(nil, nil).needed == nil)
    let last = row(30_000, Month(year: 2023, month: 12))
    #expect(last.needed == nil && last.elapsed == 1 && last.standing == .behind)
    let late = row(30_000, Month(year: 2025, month: 3))
    #expect(late.elapsed == 1 && late.needed == nil && late.pace == 30_000.0 / 36)
    let early = row(0, Month(year: 2020, month: 11))
    #expect(early.elapsed == 0 && early.pace == nil && early.needed == 1_000)
  }

  @Test func oddsOfThePlanAreShownAndNotMended() throws {
    // The plan's own figures for skill certification: regions 59,734, city 60,000.
    let list = TargetList(
      cityName: "宿迁市", night: CalendarDay(year: 2022, month: 1, day: 6),
      rows: [row(9_000, Month(year: 2021, month: 12), isCity: true, target: 60_000), row(1, nil, target: 59_734)],
      strings: try Fixture.strings())
    #expect(list.oddities == ["原文如此：职业技能等级认定人数各县区目标合计 59,734，市级目标 60,000，相差 266。"])
    let html = try list.html(PageTemplates(folder: Fixture.templates))
    #expect(html.contains("相差 266") && html.contains("60,000") && html.contains("未报"))
  }
}
