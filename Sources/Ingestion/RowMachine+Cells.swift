import Foundation
import LabourMarket
import Tabular

extension RowMachine {
  private static var empty: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: 16), count: 0)
  }

  /// Reads one column of a record and writes its field. - Returns: false when the cell is bad; `fault` then says why.
  @inline(__always)
  mutating func run(_ i: Int, _ record: borrowing Record) -> Bool {
    var cell = cell(i, record)
    if let values = steps[i].values, let value = values.find(cell) { cell = value }
    if cell.isEmpty, let fallback = steps[i].fallback { cell = fallback }
    if cell.isEmpty {
      steps[i].value = .nan
      if steps[i].isRequired { return fail(.missingValue, i) }
      if steps[i].isStored {
        if steps[i].fallback != nil { out.bytes(Self.empty) } else { out.null() }
      }
      return true
    }
    switch steps[i].kind {
    case .text, .contactName, .contactPhone: return text(i, cell)
    case .freeText: return freeText(i, cell)
    case .creditCode: return creditCode(i, cell)
    case .region, .chain, .occupation, .indicator, .status: return word(i, cell)
    case .persons: return persons(i, cell, record)
    case .number: return number(i, cell, record)
    case .month, .date, .moment: return date(i, cell)
    case .personID: return personID(i, cell)
    case .personName: return true
    }
  }

  /// The trimmed cell of a column.
  @inline(__always)
  private mutating func cell(_ i: Int, _ record: borrowing Record) -> UnsafeRawBufferPointer {
    let field = steps[i].field
    if field >= 0 { return trim(record[field: field]) }
    return field == -1 ? Self.empty : composed(i, record)
  }

  /// ``Text/trim(_:)`` with the common case in line: a cell whose first and last byte begin or end no white space.
  @inline(__always)
  private func trim(_ cell: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard cell.count > 0 else { return cell }
    let first = cell[0]
    let last = cell[cell.count &- 1]
    let isPlainStart = first > 0x20 && (first < 0x80 || (first >= 0xE4 && first != 0xEF))
    let isPlainEnd = last > 0x20 && (last < 0x80 || (last != 0xA0 && last != 0x80 && last != 0xBF && last != 0x8B))
    return isPlainStart && isPlainEnd ? cell : Text.trim(cell)
  }

  @inline(never)
  private mutating func composed(_ i: Int, _ record: borrowing Record) -> UnsafeRawBufferPointer {
    let fields = binding.sources[i].fields
    let separator = Array((program.description.columns[program.schema.columns[i].name]?.separator ?? "").utf8)
    var size = separator.count * fields.count + 16
    for field in fields where field >= 0 { size += record[field: field].count }
    reserveScratch(size)
    var count = 0
    var isEmpty = true
    for (position, field) in fields.enumerated() {
      if position > 0 {
        for byte in separator {
          scratch[count] = byte
          count += 1
        }
      }
      guard field >= 0 else { continue }
      let part = Text.trim(record[field: field])
      if !part.isEmpty { isEmpty = false }
      for byte in part {
        scratch[count] = byte
        count += 1
      }
    }
    return isEmpty ? Self.empty : UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(scratch)[0..<count])
  }

  /// The cell in half width; the cell itself where it is ASCII.
  @inline(__always)
  private mutating func folded(_ cell: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    Text.isASCII(cell) ? cell : foldedSlowly(cell)
  }

  @inline(never)
  private mutating func foldedSlowly(_ cell: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    reserveScratch(cell.count + 1)
    let count = Text.foldWidth(cell, into: scratch)
    return Text.trim(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(scratch)[0..<count]))
  }

  // MARK: Texts

  @inline(__always)
  private mutating func text(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    guard cell.count <= steps[i].textLimit else { return fail(.outOfRange, i, .tooLong(steps[i].textLimit)) }
    guard let base = cell.baseAddress, memchr(base, 0, cell.count) == nil else {
      return fail(.invalidEncoding, i, .nulByte)
    }
    if steps[i].isIdentifier, cell.count >= 18, PersonNumbers.holdsValidIdentity(cell) {
      return fail(.outOfRange, i, .personNumber)
    }
    out.bytes(cell)
    return true
  }

  @inline(__always)
  private mutating func freeText(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    guard PersonNumbers.mayBeIn(cell) || nameCount > 0 else { return text(i, cell) }
    return maskedText(i, cell)
  }

  @inline(never)
  private mutating func maskedText(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    guard cell.count <= steps[i].textLimit else { return fail(.outOfRange, i, .tooLong(steps[i].textLimit)) }
    var copy = Array(cell)
    if !steps[i].keepsNames { for n in 0..<nameCount { copy = NameMask.masked(copy, name: names[n]) } }
    return copy.withUnsafeMutableBytes { bytes in
      PersonNumbers.mask(bytes)
      return text(i, UnsafeRawBufferPointer(bytes))
    }
  }

  // MARK: Codes and words

  @inline(__always)
  private mutating func creditCode(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    guard checksCodes else { return text(i, cell) }
    if cell.count == 18, CreditCode.check(cell) == nil {
      out.bytes(cell)
      return true
    }
    return unusualCode(i, cell)
  }

  @inline(never)
  private mutating func unusualCode(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    let code = CreditCode.normalised(String(decoding: cell.prefix(256), as: UTF8.self))
    let fault = CreditCode.check(code)
    let isAccepted = fault == nil || code.withUnsafeBytes { acceptedView.find($0) != nil }
    if isAccepted, !code.isEmpty {
      code.withUnsafeBytes { out.bytes($0) }
      return true
    }
    switch fault {
    case .length, .character, nil:
      return fail(.invalidCreditCode, i, suggestion(code).map { .checkDigit(suggestion: $0) } ?? .codeForm, cell)
    case .organisationCheckDigit, .checkCharacter:
      return fail(.invalidCreditCode, i, .checkDigit(suggestion: nil), cell)
    }
  }

  /// The code with I read as 1 and O as 0, where that makes it right: shown, never applied.
  private func suggestion(_ code: [UInt8]) -> String? {
    let mended = code.map { $0 == 0x49 ? 0x31 : $0 == 0x4F ? 0x30 : $0 }
    return mended != code && CreditCode.check(mended) == nil ? String(decoding: mended, as: UTF8.self) : nil
  }

  @inline(__always)
  private mutating func word(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    guard let spellings = steps[i].spellings else { return text(i, cell) }
    if let code = spellings.find(cell) ?? spellings.find(folded(cell)) {
      steps[i].value = 1
      if let tally = steps[i].tally {
        steps[i].place = spellings.place(of: code)
        tally[steps[i].place] &+= 1
      }
      out.bytes(code)
      return true
    }
    return unknownWord(i, cell)
  }

  @inline(never)
  private mutating func unknownWord(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    steps[i].value = .nan
    if steps[i].emptiesUnknown {
      if steps[i].isRequired { return fail(.missingValue, i) }
      if steps[i].fallback != nil { out.bytes(Self.empty) } else { out.null() }
      return true
    }
    switch steps[i].kind {
    case .region: return fail(.unknownRegion, i, .none, cell)
    case .chain: return fail(.unknownChain, i, .none, cell)
    case .occupation: return fail(.unknownOccupation, i, .none, cell)
    case .status: return fail(.unknownStatus, i, .none, cell)
    default: return fail(.outOfRange, i, .none, cell)
    }
  }

  // MARK: Numbers and dates

  @inline(__always)
  private mutating func persons(_ i: Int, _ cell: UnsafeRawBufferPointer, _ record: borrowing Record) -> Bool {
    guard let number = CellNumbers.number(folded(cell)) else { return fail(.notANumber, i, .none, cell) }
    let value = scaled(i, number, record)
    guard value >= steps[i].minimum, value <= steps[i].maximum else {
      return fail(.outOfRange, i, .bounds(steps[i].minimum, steps[i].maximum), cell)
    }
    guard value.rounded() == value else { return fail(.notANumber, i, .notWhole, cell) }
    steps[i].value = value
    out.int32(Int32(value))
    return true
  }

  @inline(__always)
  private mutating func number(_ i: Int, _ cell: UnsafeRawBufferPointer, _ record: borrowing Record) -> Bool {
    guard let number = CellNumbers.number(folded(cell)) else { return fail(.notANumber, i, .none, cell) }
    let value = scaled(i, number, record)
    guard value >= steps[i].minimum, value <= steps[i].maximum else {
      return fail(.outOfRange, i, .bounds(steps[i].minimum, steps[i].maximum), cell)
    }
    steps[i].value = value
    out.double(value)
    return true
  }

  @inline(__always)
  private func scaled(_ i: Int, _ number: Double, _ record: borrowing Record) -> Double {
    let field = binding.sources[i].factorField
    return (field < 0 ? number : number * factor(i, field, record)) * steps[i].factor
  }

  /// The factor that another cell of the row picks; 1 where it picks none.
  @inline(never)
  private func factor(_ i: Int, _ field: Int, _ record: borrowing Record) -> Double {
    let word = String(decoding: Text.trim(record[field: field]), as: UTF8.self)
    return program.description.columns[program.schema.columns[i].name]?.factors[word] ?? 1
  }

  @inline(__always)
  private mutating func date(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    let plain = folded(cell)
    let pattern = steps[i].hasPattern ? datePattern(i) : nil
    guard let stamp = pattern.map({ $0.stamp(plain) }) ?? CellDates.stamp(plain) else {
      return fail(.invalidDate, i, .none, cell)
    }
    switch steps[i].kind {
    case .month:
      let day = stamp.isMonth ? stamp.day : CalendarDay(ordinal: stamp.day).month.firstDay.ordinal
      steps[i].value = Double(day)
      out.date(day)
    case .date:
      guard let day = day(i, stamp) else { return fail(.invalidDate, i, .monthOnly, cell) }
      steps[i].value = Double(day)
      out.date(day)
    default:
      guard let day = day(i, stamp) else { return fail(.invalidDate, i, .monthOnly, cell) }
      steps[i].value = Double(local(day * 86_400_000_000 + stamp.micros, stamp.zoneMinutes))
    }
    return true
  }

  @inline(never)
  private func datePattern(_ i: Int) -> DatePattern? {
    program.description.columns[program.schema.columns[i].name]?.datePattern
  }

  /// The day of a stamp; of a month its last day where the mapping says so, else none.
  @inline(__always)
  private func day(_ i: Int, _ stamp: CellDates.Stamp) -> Int? {
    if !stamp.isMonth && !steps[i].isMonthEnd { return stamp.day }
    return steps[i].isMonthEnd ? CalendarDay(ordinal: stamp.day).month.lastDay.ordinal : nil
  }

  /// Local microseconds of a moment that may name a zone of its own.
  @inline(__always)
  private func local(_ micros: Int, _ zoneMinutes: Int?) -> Int {
    guard let zoneMinutes else { return micros }
    let utc = micros - zoneMinutes * 60_000_000
    let date = Date(timeIntervalSince1970: Double(utc / 1_000_000))
    return utc + program.environment.timeZone.secondsFromGMT(for: date) * 1_000_000
  }

  // MARK: Persons

  @inline(never)
  private mutating func personID(_ i: Int, _ cell: UnsafeRawBufferPointer) -> Bool {
    var number = folded(cell).filter { $0 != 0x20 }
    if number.last == 0x78 { number[number.count - 1] = 0x58 }
    guard ResidentIdentityNumber.isValid(number), let key = program.environment.pseudonymKey else {
      return fail(.invalidPersonID, i)
    }
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { room in
      guard let base = room.baseAddress else { return }
      number.withUnsafeBytes { key.pseudonym(of: $0, into: base) }
      out.bytes(UnsafeRawBufferPointer(room))
    }
    return true
  }
}
