import CIconv

/// Text in GB 18030 by the C library; empty when it cannot be written.
func gb(_ text: String) -> [UInt8] {
  let converter = iconv_open("GB18030", "UTF-8")
  defer { iconv_close(converter) }
  var input = Array(text.utf8).map { CChar(bitPattern: $0) }
  var output = [CChar](repeating: 0, count: input.count * 4 + 8)
  var left = input.count
  var room = output.count
  let result = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      var from = source.baseAddress
      var to = target.baseAddress
      return iconv(converter, &from, &left, &to, &room)
    }
  }
  guard result != -1 else { return [] }
  return output.prefix(output.count - room).map { UInt8(bitPattern: $0) }
}
