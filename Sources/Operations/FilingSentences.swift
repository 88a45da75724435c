import Ingestion
import LabourMarket

/// What a clerk reads about feeds that are late, missing or too small, in the profile's language.
struct FilingSentences {
  let profile: Profile
  private var isChinese: Bool { profile.language == .chinese }

  /// A sentence about a feed that is late, missing or awaited; `nil` for one that is well.
  func sentence(_ state: FilingState, now: CalendarDay) -> String? {
    let due = state.due?.description ?? ""
    let days = state.due.map { now - $0 } ?? 0
    switch state.standing {
    case .inTime, .due, .optional, .noCalendar: return nil
    case .missing:
      return isChinese
        ? "从未报送，应于 \(due) 前报送，已逾期 \(days) 天。请联系报送单位；确不报送的，请在数据源说明中写 calendar: {expected: false}。"
        : "was never filed; it was due by \(due), \(days) days ago. Ask whoever files it; if nobody does, write expected: false into its calendar."
    case .awaited:
      return isChinese ? "尚未报送，最迟 \(due)。" : "has not been filed yet; it is due by \(due)."
    case .late:
      return isChinese
        ? "逾期 \(days) 天：应于 \(due) 前报送，\(newest(state))。请联系报送单位。"
        : "is \(days) days late: it was due by \(due), \(newest(state)). Ask whoever files it."
    case .stale:
      let file = state.lastFile.map { ($0.name, $0.received.day.description) } ?? ("", "")
      return isChinese
        ? "逾期 \(days) 天：\(file.1) 收到文件 \(file.0)，但内容是旧的，\(newest(state))，应于 \(due) 前更新。请核对是否报送了旧文件。"
        : "is \(days) days late: the file \(file.0) came on \(file.1) but holds nothing new, \(newest(state)), due by \(due). Ask whether an old export was sent."
    }
  }

  private func newest(_ state: FilingState) -> String {
    let record = state.lastRecord?.description ?? "—"
    let period = state.lastPeriod.map { isChinese ? "最近一期为 \($0)，" : "the newest month or wave is \($0), " } ?? ""
    return period + (isChinese ? "最近一条记录为 \(record)" : "the newest record is of \(record)")
  }

  /// A sentence about something conspicuously small.
  func sentence(_ gap: FilingGap) -> String {
    switch gap {
    case .shrunkenFile(let file, let rows, let median, let count):
      return isChinese
        ? "\(file)：只有 \(rows) 行，此前 \(count) 份文件的中位数为 \(number(median)) 行。请核对是否漏报。"
        : "\(file): only \(rows) rows; the median of the \(count) files before it is \(number(median)). Ask whether something was left out."
    case .shrunkenPeriod(let month, let reporters, let median, let count):
      return isChinese
        ? "\(month)：只有 \(reporters) 个填报对象，此前 \(count) 期的中位数为 \(number(median))。请催报。"
        : "\(month): only \(reporters) reported; the median of the \(count) months or waves before it is \(number(median)). Remind the others."
    case .partialFile(let file, let regions, let chains):
      return isChinese
        ? "\(file)：以往每份文件都有、本文件没有：\(places(regions, chains))。请核对是否漏报。"
        : "\(file): every file before it had, and this one lacks: \(places(regions, chains)). Ask whether they were left out."
    case .partialPeriod(let month, let regions, let chains):
      return isChinese
        ? "\(month)：以往每期都报、本期未报：\(places(regions, chains))。请催报。"
        : "\(month): reported every time before, and not now: \(places(regions, chains)). Remind them."
    case .cutOff(let file):
      return isChinese
        ? "\(file)：最后一行不完整，文件可能在传输中被截断。请重新报送。"
        : "\(file): its last row is cut off, as if the file had not come through as a whole. Ask for it again."
    }
  }

  /// A sentence about rows whose clock is ahead of the run's.
  func future(_ file: String, rows: Int) -> String {
    isChinese
      ? "\(file)：\(rows) 行的填报或更新日期晚于接收时间一天以上，在该日期之前不参与预测。请核对年份和月份。"
      : "\(file): \(rows) rows are dated more than a day after they were received; forecasts do not see them before that date. Check year and month."
  }

  /// A sentence about rows whose chain was not valid on their date.
  func outOfSeason(_ file: String, _ chains: [String: Int]) -> String {
    let told = chains.sorted { $0.key < $1.key }.map { "\(places([], [$0.key])) \($0.value)" }
    return isChinese
      ? "\(file)：以下产业链（行数）在记录日期不在有效期内：\(told.joined(separator: "、"))。请核对日期和产业链，或修改 reference/chains.csv 的 valid_from、valid_to。"
      : "\(file): chains that were not valid on the date of these numbers of rows: \(told.joined(separator: ", ")). Check date and chain, or valid_from and valid_to of reference/chains.csv."
  }

  private func places(_ regions: [String], _ chains: [String]) -> String {
    let reference = profile.reference
    let names =
      regions.map { code in reference.regions.first { $0.code.rawValue == code }?.name ?? code }
      + chains.map { code in
        reference.chains.first { $0.code.rawValue == code }.map { isChinese ? $0.name : $0.nameEN } ?? code
      }
    return names.joined(separator: isChinese ? "、" : ", ")
  }

  private func number(_ value: Double) -> String {
    value.rounded() == value ? String(Int(value)) : String((value * 10).rounded() / 10)
  }
}
