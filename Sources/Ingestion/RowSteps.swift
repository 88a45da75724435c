import LabourMarket
import Tabular

extension RowMachine {
  /// A canonical column bound to a file. Trivial, so that the loop touches no reference count.
  struct Step {
    var kind: ColumnKind
    var isRequired = false
    var isHashed = false
    var isKey = false
    var isStored = true
    var isClock = false
    var emptiesUnknown = false
    var isMonthEnd = false
    var hasPattern = false
    /// Whether a person's name may stand in it: in the name of an enterprise.
    var keepsNames = false
    /// Whether it is a number of the source's own, which must not be a person's.
    var isIdentifier = false
    /// Index of the cell in the record; −1 where there is none, −2 where a recipe makes it.
    var field = -1
    var factor = 1.0
    var minimum = 0.0
    var maximum = 10_000_000.0
    var textLimit = 65_536
    var fallback: UnsafeRawBufferPointer?
    var spellings: Spellings.View?
    var values: Spellings.View?
    /// Rows by the place of the code they name; regions and chains only.
    var tally: UnsafeMutablePointer<Int>?
    /// The place of the row's code, where rows are tallied.
    var place = 0
    /// The row's value for comparisons; NaN where the cell is empty.
    var value = Double.nan
  }
}

/// Binds canonical columns to steps.
enum StepBuilder {
  /// The value of a column where its cell is empty: the constant, the mapping's default or the schema's.
  static func fallback(_ column: CanonicalColumn, _ program: FeedProgram) -> String? {
    program.description.constants[column.name] ?? program.description.columns[column.name]?.fallback ?? column.fallback
  }

  static func step(
    _ column: CanonicalColumn, _ index: Int, _ program: FeedProgram, _ binding: HeaderBinding
  ) -> RowMachine.Step {
    let description = program.description
    var step = RowMachine.Step(kind: column.kind)
    step.isKey = column.role == .key
    step.isHashed = column.role == .key || column.role == .content
    step.isClock = column.role == .clock
    step.isStored = column.role != .clock && column.role != .transient
    step.isRequired = program.isRequired(column)
    step.keepsNames = column.name == "enterprise_name"
    step.isIdentifier = column.kind == .text || (column.kind == .creditCode && description.creditCodes == .identifier)
    step.spellings = program.spellings[index]?.view
    step.values = program.values[index]?.view
    step.emptiesUnknown = description.unknownWords[column.name] == .empty
    // A text in a key stands in an index, whose entries have an upper limit.
    step.textLimit = column.role == .key ? 512 : 65_536
    // A mobile number is no amount: eleven digits are beyond what wages and counts may be.
    if column.kind == .number { step.maximum = program.schema.feed == .outcomes ? 1e12 : 1e10 }
    if program.schema.feed == .outcomes, column.kind == .number { step.minimum = -1e12 }
    if let range = description.ranges[column.name] {
      step.minimum = range.lowerBound
      step.maximum = range.upperBound
    }
    let source = binding.sources[index]
    let mapping = description.columns[column.name]
    if let mapping {
      step.factor = mapping.factor
      step.isMonthEnd = mapping.isMonthEnd
      step.hasPattern = mapping.datePattern != nil
    }
    if description.constants[column.name] != nil || source.fields.isEmpty {
      step.field = -1
    } else {
      let isComposed = source.fields.count > 1 || mapping?.separator != nil
      step.field = isComposed ? -2 : source.fields[0]
    }
    return step
  }
}
