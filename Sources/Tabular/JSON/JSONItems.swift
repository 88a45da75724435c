extension JSONScanner {
  /// Most damaged items of an array; more are no slip.
  private static let mostDamaged = 1000
  /// Bytes behind a damaged item's start in which its end is looked for.
  private static let reach = 64 << 10

  /// The places of an array's items, whose opening bracket is at hand; of damaged ones too, where the array goes on soundly behind them.
  mutating func items() throws(JSONFault) -> [Range<Int>] {
    var items: [Range<Int>] = []
    var damaged = 0
    p += 1
    skipSpace()
    while byte != UInt8(ascii: "]") {
      let start = p
      if !passItem() {
        damaged += 1
        // A text that ends within an item, or right behind one, was cut off.
        guard p < end, damaged <= Self.mostDamaged, let stop = damagedEnd(from: start) else { throw .malformed(start) }
        p = stop
      }
      var last = p
      while last > start, base[last - 1] <= 0x20 { last -= 1 }
      items.append(start..<last)
      skipSpace()
      if byte == UInt8(ascii: ",") { p += 1 } else if byte != UInt8(ascii: "]") { throw fault() }
      skipSpace()
    }
    try expect(UInt8(ascii: "]"))
    return items
  }

  /// Passes a sound item, behind which the array goes on or ends.
  private mutating func passItem() -> Bool {
    do throws(JSONFault) { try skipValue(depth: 1) } catch { return false }
    skipSpace()
    return byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
  }

  /// Where a damaged item ends: where its brackets are closed, if what follows looks like an item; else (a quote or a bracket is missing) before the
  /// next item that is sound.
  private func damagedEnd(from start: Int) -> Int? {
    let stop = min(end, start + Self.reach)
    let closed = closedEnd(from: start, to: stop)
    if let closed, let next = follower(closed), next.isEnd || next.looksSound { return closed }
    return beforeSound(from: start, to: stop, inLists: false) ?? beforeSound(from: start, to: stop, inLists: true)
      ?? closed.flatMap { follower($0) == nil ? nil : $0 }
  }

  /// The first closing brace behind which a sound item stands, or the array's end.
  /// - Parameter inLists: whether also where lists of the item's own are open: what stands behind is more likely in them.
  private func beforeSound(from start: Int, to stop: Int, inLists: Bool) -> Int? {
    var lists = 0
    for q in start..<stop {
      switch base[q] {
      case UInt8(ascii: "["): lists += 1
      case UInt8(ascii: "]"): lists -= 1
      case UInt8(ascii: "}"):
        guard inLists || lists == 0, var next = follower(q + 1) else { continue }
        if next.isEnd || next.passItem() { return q + 1 }
      default: break
      }
    }
    return nil
  }

  /// What stands behind an item that ends at a place: the next object, or the array's end; nil where an array of objects cannot go on there.
  private func follower(_ place: Int) -> JSONScanner? {
    var next = self
    next.p = place
    next.skipSpace()
    if next.isEnd { return next }
    guard next.byte == UInt8(ascii: ",") else { return nil }
    next.p += 1
    next.skipSpace()
    return next.byte == UInt8(ascii: "{") ? next : nil
  }

  /// Whether the array ends here and the document goes on or ends behind it.
  private var isEnd: Bool {
    guard byte == UInt8(ascii: "]") else { return false }
    var next = self
    next.p += 1
    next.skipSpace()
    return next.p == end || next.byte == UInt8(ascii: ",") || next.byte == UInt8(ascii: "}")
  }

  /// Whether the object at hand is sound, or at least begins with a name and is closed.
  private var looksSound: Bool {
    var next = self
    if next.passItem() { return true }
    next = self
    next.p += 1
    next.skipSpace()
    guard next.byte == UInt8(ascii: "\""), let closed = closedEnd(from: p, to: min(end, p + Self.reach)) else {
      return false
    }
    return follower(closed) != nil
  }

  /// The end of an item by its brackets and strings.
  private func closedEnd(from start: Int, to stop: Int) -> Int? {
    var open: [UInt8] = []
    var isText = false
    var q = start
    while q < stop {
      let next = base[q]
      if isText {
        if next == UInt8(ascii: "\\") { q += 1 } else if next == UInt8(ascii: "\"") { isText = false }
      } else {
        switch next {
        case UInt8(ascii: "\""): isText = true
        case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
        case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if open.isEmpty { return next == UInt8(ascii: "]") ? q : nil }
          guard open.removeLast() == next else { return nil }
        case UInt8(ascii: ","): if open.isEmpty { return q }
        default: break
        }
      }
      q += 1
    }
    return nil
  }
}
