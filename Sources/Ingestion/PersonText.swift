import Tabular

/// Tells where persons are named outside the columns that a feed knows for them: in headers and in names of files.
enum PersonText {
  /// Whether a header that the feed does not know heads a column of persons' names.
  static func headsNames(_ header: String) -> Bool {
    let plain = FeedProgram.withoutRemark(FeedProgram.plain(header))
    if englishHeaders.contains(plain) { return true }
    return chineseHeaders.contains { plain.contains($0) } || (plain.hasSuffix("人") && plain.count <= 6)
  }

  private static let englishHeaders: Set<String> = [
    "name", "fullname", "personname", "surname", "givenname", "contact", "contactname", "contactperson", "person",
    "legalrepresentative", "representative", "recruiter", "applicant", "operator", "filledby", "reportedby",
  ]
  private static let chineseHeaders = ["姓名", "联系人", "负责人", "法定代表人", "经办人", "填报人", "人员名", "专员", "申请人"]

  /// A header as messages and the ledger show it: persons' numbers masked, and shortened; one that may be a person's name in a feed of persons
  /// by its place.
  static func shown(_ header: String, at index: Int, isPersonal: Bool) -> String {
    // More than is shown, so that a number is not cut before it is masked.
    let header = header.utf8.count > Limits.columnName ? String(header.prefix(Limits.columnName)) : header
    if isPersonal && looksLikeName(header) { return "column \(index + 1)" }
    let masked = PersonNumbers.masked(header)
    return masked.count > longestShown ? masked.prefix(longestShown) + "…" : masked
  }
  private static let longestShown = 80

  /// The name of a file as messages and the ledger show it.
  /// - Parameter isPersonal: whether its rows speak of persons, so that its name may name one.
  static func fileName(_ name: String, isPersonal: Bool) -> String {
    let masked = PersonNumbers.masked(name)
    guard isPersonal else { return masked }
    var out = ""
    var run = ""
    func flush() {
      out += looksLikeName(run) ? "***" : run
      run = ""
    }
    for character in masked {
      if isHan(character) {
        run.append(character)
      } else {
        flush()
        out.append(character)
      }
    }
    flush()
    return out
  }

  /// Two to four Chinese characters that begin with a frequent surname and hold none of the characters that headers and words of trades end in.
  static func looksLikeName(_ text: String) -> Bool {
    guard (2...4).contains(text.count), text.allSatisfy(isHan), !text.contains(where: notInNames.contains) else {
      return false
    }
    if compoundSurnames.contains(String(text.prefix(2))) { return text.count >= 3 }
    return text.count <= 3 && text.first.map(surnames.contains) == true
  }

  private static func isHan(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy { (0x4E00...0x9FFF).contains($0.value) || (0x3400...0x4DBF).contains($0.value) }
  }

  /// The hundred most frequent surnames (public security register of 2018, as published) without those that begin common words.
  private static let surnames = Set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
  )
  private static let compoundSurnames: Set<String> = [
    "欧阳", "司马", "诸葛", "上官", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "端木", "东方", "南宫", "西门", "独孤", "长孙", "宇文",
  ]
  private static let notInNames = Set("额期数日月年时地址人名号码度式务员位类型别价量率区县市镇乡省村厂司工师匠备注况态因表薪单原职业学历登记失业")
}
