import LabourMarket

/// What is wrong with a row: reason, column and the particulars that its sentence names.
struct Fault {
  /// The particulars of a fault.
  enum Detail {
    case none
    /// Fields found where so many were expected.
    case fields(found: Int, expected: Int)
    /// The form of the record is broken.
    case form(String)
    /// Not a whole number.
    case notWhole
    /// Outside these bounds.
    case bounds(Double, Double)
    /// Longer than so many bytes.
    case tooLong(Int)
    /// A clock that is ahead of the run's.
    case ahead
    /// A chain that was not valid on the row's date.
    case outOfSeason
    /// A code's check digit is wrong; a near spelling that would be right.
    case checkDigit(suggestion: String?)
    /// Not the length or the characters of a code.
    case codeForm
    /// `left <= right` does not hold.
    case comparison(left: String, right: String, isDate: Bool)
    /// One of these must be filled.
    case oneOf([String])
    /// A month where a day is needed.
    case monthOnly
    /// A person's number where a number of the source's own is expected.
    case personNumber
    /// Only letters and signs that text may hold.
    case nulByte
  }

  var reason: RejectionReason
  /// Index of the canonical column; −1 where the row as a whole is wrong.
  var column: Int
  var detail: Detail = .none
}

/// The language of sentences for clerks.
public enum ClerkLanguage: Sendable {
  /// Simplified Chinese.
  case chinese
  /// English.
  case english
}

/// Says in a clerk's words what is wrong with a row and what to do.
struct RejectionSentence {
  let schema: FeedSchema
  let language: ClerkLanguage
  /// Whether cells may be quoted: not where rows speak of persons.
  let quotes: Bool

  /// The sentence for a fault; `cell` is the offending cell.
  func text(_ fault: Fault, cell: UnsafeRawBufferPointer?) -> String {
    let column = fault.column >= 0 ? schema.columns[fault.column] : nil
    let name = column.map { language == .chinese ? $0.headers.first ?? $0.name : $0.name } ?? ""
    let value = column.map { $0.isPersonal } == true ? "" : quote(cell)
    return language == .chinese ? chinese(fault, name, value) : english(fault, name, value)
  }

  /// A cell in quotation marks, shortened, persons' numbers masked; empty where cells are not quoted.
  private func quote(_ cell: UnsafeRawBufferPointer?) -> String {
    guard quotes, let cell, !cell.isEmpty else { return "" }
    let text = String(decoding: cell.prefix(120), as: UTF8.self).prefix(30)
    let masked = PersonNumbers.masked(String(text)).filter { !$0.isNewline && $0 != "\0" && $0 != "\u{FFFD}" }
    return language == .chinese ? "“\(masked)”" : "“\(masked)” "
  }

  private func chinese(_ fault: Fault, _ name: String, _ value: String) -> String {
    switch fault.reason {
    case .fieldCount:
      if case .fields(let found, let expected) = fault.detail {
        return "本行有\(found)个字段，表头有\(expected)个：请检查是否缺列、多列或引号、分隔符有误。"
      }
      return "本行结构有误：请检查引号和分隔符。"
    case .invalidEncoding:
      if case .nulByte = fault.detail { return "“\(name)”含有空字符（NUL）：请重新录入该单元格。" }
      return "本行含有文件字符集之外的字节：请用统一的字符集（UTF-8 或 GB18030）重新保存后再报送。"
    case .missingValue:
      if case .oneOf(let names) = fault.detail { return "\(names.joined(separator: "、"))至少填写一项：请补填。" }
      return "“\(name)”未填写，此项必填：请补填。"
    case .notANumber:
      if case .notWhole = fault.detail { return "“\(name)”\(value)不是整数：人数请填整数。" }
      return "“\(name)”\(value)不是数字：请只填数字。"
    case .invalidDate:
      if case .monthOnly = fault.detail { return "“\(name)”\(value)缺少日：请写成 2021-04-26。" }
      return "“\(name)”\(value)不是有效日期：请写成 2021-04-26（月份写成 2021-04）。"
    case .outOfRange:
      switch fault.detail {
      case .bounds(let low, let high): return "“\(name)”\(value)超出允许范围（\(shown(low)) 至 \(shown(high))）：请核对。"
      case .personNumber: return "“\(name)”含有身份证号：请改用单位自己的编号，不要填个人证件号。"
      case .ahead: return "“\(name)”晚于接收时间：未来的日期请核对年份和月份。"
      case .tooLong(let limit): return "“\(name)”过长（超过\(limit)字节）：请核对。"
      default: return "“\(name)”\(value)不在允许的取值之内：请核对。"
      }
    case .inconsistent:
      if case .comparison(let left, let right, let isDate) = fault.detail {
        return "“\(left)”不应\(isDate ? "晚于" : "大于")“\(right)”：请核对这两项，改正填错的一项。"
      }
      return "本行各项互相矛盾：请核对。"
    case .invalidCreditCode:
      if case .checkDigit(let suggestion) = fault.detail {
        let hint = suggestion.map { "是否应为 \($0)？" } ?? ""
        return "统一社会信用代码\(value)校验位不符。\(hint)请对照营业执照核对；确属真实代码的，可列入认可名单（quarantine accept）。"
      }
      return "统一社会信用代码\(value)应为18位数字或大写字母（不含 I、O、S、V、Z）：请对照营业执照核对。"
    case .invalidPersonID: return "身份证号不是有效的18位号码：请对照证件核对后重新填写。"
    case .unknownRegion: return "地区\(value)不在地区表内：请填代码或规范名称；确需新增的，请补充 reference/regions.csv 的别名。"
    case .unknownChain:
      if case .outOfSeason = fault.detail {
        return "产业链在该日期不在有效期内（reference/chains.csv 的 valid_from、valid_to）：请核对日期和产业链。"
      }
      return "产业链\(value)不在产业链表内：请填代码或规范名称；确需新增的，请补充 reference/chains.csv。"
    case .unknownOccupation: return "职业\(value)不在职业表内：请填代码或规范名称；确需新增的，请补充 reference/occupations.csv。"
    case .unknownStatus: return "状态\(value)无法识别：请填 招聘中、已招满 或 已关闭。"
    }
  }

  private func english(_ fault: Fault, _ name: String, _ value: String) -> String {
    switch fault.reason {
    case .fieldCount:
      if case .fields(let found, let expected) = fault.detail {
        return
          "The row has \(found) fields, the header \(expected): look for a missing or extra column, quote or delimiter."
      }
      return "The form of the row is broken: look for a stray quote or delimiter."
    case .invalidEncoding:
      if case .nulByte = fault.detail { return "\(name) holds a NUL character: type the cell again." }
      return
        "The row holds bytes that are not of the file's charset: save the file again in one charset (UTF-8 or GB 18030)."
    case .missingValue:
      if case .oneOf(let names) = fault.detail {
        return "One of \(names.joined(separator: ", ")) must be filled: fill it in."
      }
      return "\(name) is empty and must be filled: fill it in."
    case .notANumber:
      if case .notWhole = fault.detail { return "\(name): \(value)is not a whole number; persons are counted whole." }
      return "\(name): \(value)is not a number: write digits only."
    case .invalidDate:
      if case .monthOnly = fault.detail { return "\(name): \(value)lacks the day; write it as 2021-04-26." }
      return "\(name): \(value)is not a valid date; write it as 2021-04-26 (months as 2021-04)."
    case .outOfRange:
      switch fault.detail {
      case .bounds(let low, let high): return "\(name): \(value)lies outside \(shown(low)) to \(shown(high)): check it."
      case .personNumber: return "\(name) holds a person's identity number: use a number of the source's own."
      case .ahead: return "\(name) lies in the future: check year and month."
      case .tooLong(let limit): return "\(name) is longer than \(limit) bytes: shorten it."
      default: return "\(name): \(value)is not one of the allowed values: check it."
      }
    case .inconsistent:
      if case .comparison(let left, let right, let isDate) = fault.detail {
        return "\(left) must not be \(isDate ? "later" : "greater") than \(right): check both and mend the wrong one."
      }
      return "The row contradicts itself: check its cells."
    case .invalidCreditCode:
      if case .checkDigit(let suggestion) = fault.detail {
        let hint = suggestion.map { "Should it be \($0)? " } ?? ""
        return
          "The credit code \(value)fails its check digit. \(hint)Compare it with the licence; a code that exists all the same can be put on the accept list (quarantine accept)."
      }
      return
        "The credit code \(value)should have 18 digits or capital letters (without I, O, S, V, Z): compare it with the licence."
    case .invalidPersonID:
      return "The identity number is not a valid one of 18 characters: compare it with the document."
    case .unknownRegion:
      return
        "The region \(value)is not in the reference data: write its code or name, or add an alias to reference/regions.csv if it is right."
    case .unknownChain:
      if case .outOfSeason = fault.detail {
        return
          "The chain is not valid on that date (valid_from, valid_to of reference/chains.csv): check date and chain."
      }
      return
        "The chain \(value)is not in the reference data: write its code or name, or add an alias to reference/chains.csv if it is right."
    case .unknownOccupation:
      return
        "The occupation \(value)is not in the reference data: write its code or name, or add an alias to reference/occupations.csv if it is right."
    case .unknownStatus: return "The status \(value)is not known: write open, filled or closed."
    }
  }

  private func shown(_ bound: Double) -> String {
    bound.rounded() == bound && abs(bound) < 1e15 ? String(Int(bound)) : String(bound)
  }
}
