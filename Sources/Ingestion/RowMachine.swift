import Glibc
import LabourMarket
import Tabular

/// Reads the records of one file by a feed's program and writes what a ``Reading`` asks of them: of good ones rows for COPY, of bad ones reason,
/// sentence and masked raw bytes.
///
/// The hot loop of ingestion: cells are slices of the reader's buffer, look-ups compare bytes, and nothing is allocated for a good row.
struct RowMachine: ~Copyable {
  let program: FeedProgram
  private(set) var binding: HeaderBinding
  let steps: UnsafeMutablePointer<Step>
  let stepCount: Int
  /// Bytes of constants and fallbacks.
  private let arena: UnsafeMutableRawBufferPointer
  /// Room for cells that are folded, joined or masked.
  var scratch: UnsafeMutableRawBufferPointer
  /// The cells of the row at hand: keys, then content, then contacts, as fields of COPY.
  var out = RowWriter()
  /// Rows of good records not yet sent.
  var rows = RowWriter()
  /// Rows of rejected records, or notes of records, not yet sent.
  var asides = RowWriter()
  let reading: Reading
  private let keyCount: Int
  private let clockIsKey: Bool
  /// The number of the record at hand, counted from 0: the same in every reading of a file.
  private var ordinal = -1
  /// How many of the comparison's notes were met.
  var noteCount = 0
  /// The indices of compared columns.
  let comparisons: [(left: Int, right: Int)]
  let anyOf: [Int]
  let clockStep: Int
  private let storedCount: Int
  let checksFieldCount: Bool
  let checksCodes: Bool
  let acceptedView: Spellings.View
  /// Room for the fields that hold persons' names, and for the names of the row at hand, to be masked in its free texts.
  private let nameFields: UnsafeMutablePointer<Int>
  private var nameFieldCount = 0
  let names: UnsafeMutablePointer<UnsafeRawBufferPointer>
  var nameCount = 0
  var fault: Fault?
  /// The cell that the fault is about.
  var faultCell: UnsafeRawBufferPointer?
  private var rejectWriter: RejectWriter
  private let form: PersonNumbers.Form
  private let type: FileFormat.FileType
  /// The number that rows carry as their line; 0 takes the record's own.
  var lineOverride: Int64 = 0

  /// Local microseconds after which a row's clock counts as ahead of the run's.
  var latestClock = Int.max
  /// Whether such rows are rejected; else they are counted.
  private let rejectsFuture: Bool
  /// When chains are valid; `nil` where they always are.
  let seasons: ChainSeasons?
  /// The newest clock of a good row that is not ahead; `Int.min` where there is none.
  private(set) var newestClock = Int.min
  /// Rows that are ahead.
  private(set) var futureRows = 0
  /// The scopes of good rows, of full exports whose rows name them.
  var scopes: Set<String> = []
  var lastScope: [UInt8] = []
  private let collectsScopes: Bool
  /// The number of the last record that had fewer fields than the header or an open quote.
  private(set) var shortRow = 0

  /// Rows read: all but blank lines and total rows.
  var read = 0
  /// Blank lines (those the reader skipped come on top) and total rows.
  var skipped = 0
  /// Rejected rows by position of the reason in `RejectionReason.allCases`.
  var rejectedByReason = [Int](repeating: 0, count: RejectionReason.allCases.count)
  /// The first rejected row of each reason, by the same position.
  private(set) var examples = [RowExample?](repeating: nil, count: RejectionReason.allCases.count)

  init(
    program: FeedProgram, binding: HeaderBinding, type: FileFormat.FileType, form: PersonNumbers.Form, reading: Reading
  ) {
    self.program = program
    self.binding = binding
    self.reading = reading
    let columns = program.schema.columns
    stepCount = columns.count
    steps = .allocate(capacity: columns.count)
    let constants = columns.map { StepBuilder.fallback($0, program) }
    arena = .allocate(byteCount: constants.reduce(1) { $0 + ($1?.utf8.count ?? 0) }, alignment: 1)
    scratch = .allocate(byteCount: 1 << 16, alignment: 16)
    var used = 0
    for (index, column) in columns.enumerated() {
      var step = StepBuilder.step(column, index, program, binding)
      if let text = constants[index] {
        let start = used
        for byte in text.utf8 {
          arena[used] = byte
          used += 1
        }
        step.fallback = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(arena)[start..<used])
      }
      if let spellings = program.spellings[index], column.kind == .region || column.kind == .chain {
        let tally = UnsafeMutablePointer<Int>.allocate(capacity: spellings.size)
        tally.initialize(repeating: 0, count: spellings.size)
        step.tally = tally
      }
      (steps + index).initialize(to: step)
    }
    func index(_ name: String) -> Int { columns.firstIndex { $0.name == name } ?? 0 }
    let rules = program.description.comparisons ?? program.schema.comparisons
    comparisons = rules.map { (index($0.left), index($0.right)) }
    anyOf = program.schema.anyOf.map(index)
    clockStep = columns.firstIndex { $0.role == .clock } ?? -1
    storedCount = columns.count { $0.role != .transient && $0.role != .clock }
    keyCount = columns.count { $0.role == .key }
    clockIsKey = program.schema.clockIsKey
    checksFieldCount = type == .csv
    checksCodes = program.description.creditCodes == .check
    rejectsFuture = program.description.future == .reject
    seasons = ChainSeasons(program)
    collectsScopes = program.description.fullExport != nil && program.schema.feed == .vacancies
    acceptedView = program.accepted.view
    nameFields = .allocate(capacity: HeaderBinding.mostNames + 1)
    names = .allocate(capacity: HeaderBinding.mostNames + 1)
    self.form = form
    self.type = type
    rejectWriter = RejectWriter(program: program, binding: binding, form: form, type: type)
    setNameFields()
  }

  private mutating func setNameFields() {
    nameFieldCount = min(binding.nameFields.count, HeaderBinding.mostNames + 1)
    for i in 0..<nameFieldCount { nameFields[i] = binding.nameFields[i] }
  }

  /// Goes on with records under another header: of the next sheet, or with a key of JSON that was not there before.
  mutating func rebind(_ binding: HeaderBinding) {
    self.binding = binding
    for (index, column) in program.schema.columns.enumerated() {
      let (fallback, tally) = (steps[index].fallback, steps[index].tally)
      steps[index] = StepBuilder.step(column, index, program, binding)
      (steps[index].fallback, steps[index].tally) = (fallback, tally)
    }
    rejectWriter = RejectWriter(program: program, binding: binding, form: form, type: type)
    setNameFields()
  }

  deinit {
    for i in 0..<stepCount { steps[i].tally?.deallocate() }
    seasons?.deallocate()
    steps.deallocate()
    arena.deallocate()
    scratch.deallocate()
    nameFields.deallocate()
    names.deallocate()
  }

  /// The moment of the row at hand, local microseconds; `nil` where the feed has no clock.
  var moment: Int? { clockStep >= 0 ? Int(steps[clockStep].value) : nil }

  /// Rows by the code that they name in a column.
  func tally(_ i: Int) -> [String: Int] {
    steps[i].tally.flatMap { program.spellings[i]?.tally($0) } ?? [:]
  }

  /// Number of rejected rows.
  var rejected: Int { rejectedByReason.reduce(0, +) }

  /// Takes one record: writes its row, or counts it as skipped.
  @inline(__always)
  mutating func take(_ record: borrowing Record) {
    ordinal &+= 1
    if case .versions(let found) = reading.kind, !found.visited.contains(ordinal) { return }
    var isSkipped = record.isBlank
    if !isSkipped { isSkipped = record.isTotalRow }
    if isSkipped {
      skipped &+= 1
      return
    }
    read &+= 1
    if !writeRow(record) { reject(record) }
  }

  // MARK: A good row

  /// - Returns: false when the row is bad; `fault` then says why.
  private mutating func writeRow(_ record: borrowing Record) -> Bool {
    guard checkForm(record) else { return false }
    if nameFieldCount > 0 { findNames(record) }
    out.count = 0
    var keyEnd = 0
    var hashEnd = 0
    var i = 0
    while i < stepCount {
      let before = out.count
      guard run(i, record) else { return false }
      // A field of four bytes is NULL or an empty text; both count as not filled.
      if steps[i].isHashed, out.count &- before > 4 { hashEnd = out.count }
      if steps[i].isKey { keyEnd = out.count }
      i &+= 1
    }
    guard checkComparisons(), checkAnyOf(), checkSeason() else { return false }
    if clockStep >= 0 {
      let moment = Int(steps[clockStep].value)
      if moment > latestClock {
        if rejectsFuture { return fail(.outOfRange, clockStep, .ahead) }
        futureRows &+= 1
      } else if moment > newestClock {
        newestClock = moment
      }
    }
    let content = XXHash64.hash(of: UnsafeRawPointer(out.base), max(hashEnd, keyEnd), 0)
    write(record, keyEnd: keyEnd, hash: Int64(bitPattern: content))
    return true
  }

  /// Writes what the reading asks of the row whose cells stand in `out`.
  @inline(__always)
  private mutating func write(_ record: borrowing Record, keyEnd: Int, hash: Int64) {
    switch reading.kind {
    case .keys(let spool, let isStaged):
      let moment = Int(steps[clockStep].value)
      let key = Entry.hashes(out.base, keyEnd, moment: clockIsKey ? moment : 0)
      spool.append(Entry(.row, key: key.0, key.1, moment: moment, content: Int(hash), place: ordinal))
      if isStaged {
        rows.beginRow(1 &+ keyCount)
        rows.append(reading.city)
        rows.append(UnsafeRawBufferPointer(start: out.base, count: keyEnd))
      }
      if collectsScopes { collectScope() }
    case .versions(let found):
      if noteCount < found.notes.count, found.notes[noteCount].ordinal == ordinal { note(found.notes[noteCount]) }
      guard found.fresh.contains(ordinal) else { return }
      rows.beginRow(7 &+ storedCount)
      rows.moment(Int(steps[clockStep].value))
      rows.int64(hash)
      rows.append(out.bytes)
      rows.int64(line(record))
      rows.append(reading.receipt)
    case .whole:
      rows.beginRow(3 &+ storedCount)
      rows.append(reading.city)
      rows.int64(line(record))
      rows.int64(hash)
      rows.append(out.bytes)
    }
  }

  @inline(__always)
  private func line(_ record: borrowing Record) -> Int64 {
    lineOverride != 0 ? lineOverride : Int64(record.line)
  }

  /// The names of persons in the row that are long enough to be looked for in its texts.
  @inline(never)
  mutating func findNames(_ record: borrowing Record) {
    nameCount = 0
    for i in 0..<nameFieldCount {
      let name = Text.trim(record[field: nameFields[i]])
      if name.count >= 4 {
        names[nameCount] = name
        nameCount += 1
      }
    }
  }

  /// Passes over something that is no row: only its number is counted, so that all readings number rows alike.
  mutating func leaveOut() { ordinal &+= 1 }

  /// Counts a row that is not looked at because something else stands for it: unchanged.
  mutating func passOver() {
    ordinal &+= 1
    if case .versions = reading.kind { return }
    read &+= 1
  }

  @inline(__always)
  private mutating func checkForm(_ record: borrowing Record) -> Bool {
    guard record.isValidEncoding else { return fail(.invalidEncoding, -1) }
    if let defect = record.defect { return fail(.fieldCount, -1, .form(defect.rawValue)) }
    guard checksFieldCount, record.count != binding.fieldCount else { return true }
    if record.count > binding.fieldCount {
      var isFilled = false
      var i = binding.fieldCount
      while i < record.count {
        if !Text.isBlank(record[field: i]) { isFilled = true }
        i += 1
      }
      if !isFilled { return true }
    }
    return fail(.fieldCount, -1, .fields(found: record.count, expected: binding.fieldCount))
  }

  @inline(__always)
  private mutating func checkComparisons() -> Bool {
    for pair in comparisons where steps[pair.left].value > steps[pair.right].value {
      let isDate = [.date, .month, .moment].contains(program.schema.columns[pair.left].kind)
      return fail(
        .inconsistent, pair.left,
        .comparison(left: program.title(pair.left), right: program.title(pair.right), isDate: isDate))
    }
    return true
  }

  @inline(__always)
  private mutating func checkAnyOf() -> Bool {
    guard !anyOf.isEmpty else { return true }
    for i in anyOf where steps[i].value == 1 { return true }
    return fail(.missingValue, anyOf[0], .oneOf(anyOf.map(program.title)))
  }

  @inline(__always)
  private mutating func checkSeason() -> Bool {
    guard let seasons, steps[seasons.chain].value == 1, !steps[seasons.date].value.isNaN else { return true }
    if seasons.holds(steps[seasons.chain].place, on: steps[seasons.date].value) { return true }
    return program.description.chainValidity == .report || fail(.unknownChain, seasons.chain, .outOfSeason)
  }

  // MARK: A bad row

  @inline(never)
  mutating func fail(
    _ reason: RejectionReason, _ column: Int, _ detail: Fault.Detail = .none, _ cell: UnsafeRawBufferPointer? = nil
  ) -> Bool {
    fault = Fault(reason: reason, column: column, detail: detail)
    faultCell = cell
    return false
  }

  @inline(never)
  private mutating func reject(_ record: borrowing Record) {
    guard let fault else { return }
    let position = RejectionReason.allCases.firstIndex(of: fault.reason) ?? 0
    rejectedByReason[position] += 1
    if fault.reason == .fieldCount, record.count < binding.fieldCount { shortRow = read &+ skipped }
    asides.beginRow(8)
    asides.append(reading.city)
    asides.int64(line(record))
    asides.text(fault.reason.rawValue)
    let message = rejectWriter.write(fault, cell: faultCell, record: record, to: &asides)
    if rejectedByReason[position] == 1 { examples[position] = RowExample(line: line(record), message: message) }
    writeKey(fault.reason, record)
    self.fault = nil
    faultCell = nil
  }

  /// Room for at least that many bytes in `scratch`.
  @inline(__always)
  mutating func reserveScratch(_ bytes: Int) {
    if scratch.count < bytes { growScratch(bytes) }
  }

  @inline(never)
  private mutating func growScratch(_ bytes: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes, scratch.count * 2), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(scratch))
    scratch.deallocate()
    scratch = larger
  }
}
