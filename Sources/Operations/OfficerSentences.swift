import Assistance
import LabourMarket
import Reporting

/// Why a row of a list that officers filled in stands in quarantine: the reason code, the column, and a sentence for the clerk.
struct OfficerRejection {
  let reason: RejectionReason, column: ListColumn, message: String
}

/// What a clerk reads about rows that officers filled in, in the profile's language.
struct OfficerSentences {
  let profile: Profile
  let strings: StringTable
  private var isChinese: Bool { profile.language == .chinese }

  /// Where a row stands, as events and rejections name it.
  func place(_ row: OfficerListFile.Row, file: String) -> String {
    isChinese ? "\(file)，\(row.sheet)第 \(row.row) 行" : "\(file), \(row.sheet) row \(row.row)"
  }

  /// A sentence with where its row stands.
  func located(_ message: String, _ place: String) -> String {
    isChinese ? "\(place)：\(message)" : "\(place): \(message)"
  }

  /// What an event says: the officer's word, the outcome, and where it was written.
  func reason(_ request: OfficerRequest, _ status: AlertStatus, measure: String?, place: String) -> String {
    let colon = isChinese ? "；" : "; "
    var parts = [request.entry.note.isEmpty ? word(status) : request.entry.note]
    if status == .resolved, let hired = request.entry.toldHired {
      parts.append(isChinese ? "招到 \(hired) 人" : "hired \(hired)")
    }
    if let measure { parts.append(measure) }
    return parts.joined(separator: colon) + (isChinese ? "（\(place)）" : " (\(place))")
  }

  private func word(_ status: AlertStatus) -> String { strings("status.\(status.rawValue)") }

  /// A row without its number.
  func noNumber() -> OfficerRejection {
    OfficerRejection(
      reason: .missingValue, column: .alert,
      message: isChinese
        ? "本行没有预警编号，不知道办理的是哪一条：请在系统生成的清单上填写，不要删改编号。"
        : "The row has no alert number, so that nobody knows which alert it is about: fill in the list as it was made.")
  }

  /// A number that no list bears.
  func brokenNumber(_ text: String) -> OfficerRejection {
    OfficerRejection(
      reason: .outOfRange, column: .alert,
      message: isChinese
        ? "预警编号“\(text.prefix(60))”不完整或被改动：请从原清单复制编号。"
        : "The alert number “\(text.prefix(60))” was changed or cut: copy it from the list.")
  }

  /// A cell that cannot be read.
  func fault(_ fault: OfficerFault, cell: String) -> OfficerRejection {
    let name = strings("column.\(fault.column.rawValue)")
    let value = isChinese ? "“\(cell.prefix(30))”" : "“\(cell.prefix(30))” "
    let message: String
    let reason: RejectionReason
    switch fault.kind {
    case .status:
      reason = .unknownStatus
      message =
        isChinese
        ? "状态\(value)无法识别：请填 待认领、已认领、帮办中、已办结 或 暂不提醒。"
        : "The status \(value)is not known: write open, claimed, acting, resolved or quiet."
    case .notWhole:
      reason = .notANumber
      message = isChinese ? "“\(name)”\(value)不是整数：请填招到的人数。" : "\(name): \(value)is no whole number of persons."
    case .persons:
      reason = .outOfRange
      message = isChinese ? "“\(name)”\(value)不是可能的人数：请核对。" : "\(name): \(value)is no possible number of persons."
    case .measure:
      let codes = profile.reference.levers.map { isChinese ? $0.name : $0.code }
      reason = .outOfRange
      message =
        isChinese
        ? "措施\(value)不在措施表内：请从下拉列表选择（\(codes.joined(separator: "；"))）。"
        : "The measure \(value)is none of this profile: choose one of \(codes.joined(separator: ", "))."
    case .day:
      reason = .invalidDate
      message =
        isChinese
        ? "“\(name)”\(value)不是有效日期：请写成 2022-01-31。" : "\(name): \(value)is no valid day; write it as 2022-01-31."
    case .tooLong(let limit):
      reason = .outOfRange
      message = isChinese ? "“\(name)”超过 \(limit) 个字：请写短一些。" : "\(name) is longer than \(limit) characters: shorten it."
    }
    return OfficerRejection(reason: reason, column: fault.column, message: message)
  }

  /// A row that contradicts what is known.
  func conflict(_ conflict: OfficerConflict, _ alert: String) -> OfficerRejection {
    let (reason, column) = Self.code(conflict)
    return OfficerRejection(
      reason: reason, column: column, message: isChinese ? chinese(conflict, alert) : english(conflict, alert))
  }

  private static func code(_ conflict: OfficerConflict) -> (RejectionReason, ListColumn) {
    switch conflict {
    case .unknownAlert: (.outOfRange, .alert)
    case .noAlert, .followed: (.inconsistent, .alert)
    case .missingOfficer: (.missingValue, .officer)
    case .missingHired: (.missingValue, .hired)
    case .hiddenHired: (.notANumber, .hired)
    case .quietWithoutEnd: (.missingValue, .quietUntil)
    case .quietWithoutReason: (.missingValue, .note)
    case .quietIsOver: (.outOfRange, .quietUntil)
    case .quietCannotBeTakenBack: (.inconsistent, .quietUntil)
    case .closed, .backwards, .lapsesByItself: (.inconsistent, .status)
    case .taken: (.inconsistent, .officer)
    case .hiredBeforeTheEnd, .moreThanTheGap: (.inconsistent, .hired)
    }
  }

  private func chinese(_ conflict: OfficerConflict, _ alert: String) -> String {
    switch conflict {
    case .unknownAlert: return "没有编号为“\(alert)”的预警：请核对清单是否属于本市，或用最新清单填写。"
    case .noAlert: return "本行没有预警，不能登记办理：请在“产业链”工作表登记其产业链的预警，或等待该岗位出现预警。"
    case .missingOfficer: return "没有写明责任专员：请补填姓名后重新放入。"
    case .lapsesByItself: return "预警只随数据平稳自动解除，不能手工解除：已有结果的请填“已办结”和招聘人数；暂不需要提醒的请填“暂不提醒”。"
    case .missingHired: return "办结须填招聘人数：没有招到人请填 0。"
    case .hiddenHired: return "招聘人数填的是“<5”：请填确切人数。"
    case .quietWithoutEnd: return "要求暂不提醒，但没有填“暂不提醒至”：请填最后一天，例如 2022-01-31。"
    case .quietWithoutReason: return "暂不提醒须在“办理说明”写明理由。"
    case .quietIsOver: return "“暂不提醒至”早于今天：请填今天或以后的日期。"
    case .quietCannotBeTakenBack: return "已登记的暂不提醒到期自动结束，不能提前取消：请恢复原日期，或另填较晚日期。"
    case .followed(let day): return "清单所指的预警已经结束，同一单元于 \(day) 另有新预警：请用最新清单填写。"
    case .closed(let status, let day, let officer):
      let who = officer.map { "由\($0)" } ?? ""
      return "该预警已\(who)于 \(day?.description ?? "此前")“\(word(status))”，不能再改：结果有误的，请与信息人员核对。"
    case .taken(let other): return "该预警已由\(other)认领：请两位专员协商；确需移交的，用最新清单改写责任专员，或在命令行登记。"
    case .backwards(let from, let to): return "预警现为“\(word(from))”，不能改回“\(word(to))”：请核对状态。"
    case .hiredBeforeTheEnd(let status):
      return "填了招聘人数，状态却是“\(word(status))”：已有结果的请把状态改为“已办结”；尚在办理的请把进展写在“办理说明”。"
    case .moreThanTheGap(let hired, let gap):
      return "招聘人数 \(hired) 多于该预警出现以来的最大缺口 \(gap)：请核对；确属实的，由信息人员在命令行登记（alerts resolve）。"
    }
  }

  private func english(_ conflict: OfficerConflict, _ alert: String) -> String {
    switch conflict {
    case .unknownAlert:
      return "There is no alert “\(alert)”: look whether the list is this city's, or use the newest list."
    case .noAlert:
      return
        "The row has no alert that could be worked: fill in its chain's row on the sheet of chains, or wait for an alert of its own."
    case .missingOfficer: return "The row does not say who speaks: fill in the officer and drop the list again."
    case .lapsesByItself:
      return
        "An alert lapses by the calm of the data alone: write resolved and the persons hired, or quiet and until when."
    case .missingHired: return "A resolved alert needs the number of persons hired: write 0 where nobody was."
    case .hiddenHired: return "The persons hired say “<5”: write the number."
    case .quietWithoutEnd: return "Quiet is asked for without an end: fill in its last day, such as 2022-01-31."
    case .quietWithoutReason: return "Quiet needs a reason: write it into the note."
    case .quietIsOver: return "The last day of quiet lies before today: write today or a later day."
    case .quietCannotBeTakenBack:
      return "Quiet ends by itself and cannot be taken back: write the old day or a later one."
    case .followed(let day):
      return "The alert of the list is over, and a new one of the same node opened on \(day): use the newest list."
    case .closed(let status, let day, let officer):
      let who = officer.map { " by \($0)" } ?? ""
      return
        "The alert has been \(word(status))\(who) since \(day?.description ?? "earlier") and takes no more steps: a wrong outcome is a matter for the operator."
    case .taken(let other):
      return
        "\(other) has the alert: agree who works it; to hand it over, change the officer on the newest list, or use the command line."
    case .backwards(let from, let to):
      return "The alert is \(word(from)) and cannot go back to \(word(to)): check the status."
    case .hiredBeforeTheEnd(let status):
      return
        "Persons hired stand beside the status \(word(status)): write resolved if that is the outcome, else write progress into the note."
    case .moreThanTheGap(let hired, let gap):
      return
        "\(hired) persons hired are more than the largest gap since the alert opened, \(gap): check it; if it is right, the operator enters it (alerts resolve)."
    }
  }
}
