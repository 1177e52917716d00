/// Templates and what Jinja 3.1 writes of them, in the environment that transformers gives it, with
/// the values of `TemplateLanguageTests`.
enum TemplateTable {
  static let expressionsAndTags: [(template: String, text: String)] = [
    (
      "{{ 1 + 2 * 3 - 4 // 3 }}",
      "6"
    ),
    (
      "{{ 7 / 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 ** 2 }}",
      "3.5 -4 2 64"
    ),
    (
      "{{ 1.0 }} {{ long }} {{ tiny }} {{ f * 2 }} {{ 0.1 + 0.2 }}",
      "1.0 1e+16 1.5e-05 5.0 0.30000000000000004"
    ),
    (
      "{{ true }} {{ none }} {{ True and none }} {{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }}",
      "True None None True False"
    ),
    (
      "{{ l }} {{ (1,) }} {{ (1, 'a') }} {{ d }} {{ [\"it's\", 'q\"q', \"n\\nl\"] }}",
      "[3, 1, 2] (1,) (1, 'a') {'b': 1, 'A': 'x'} [\"it's\", 'q\"q', 'n\\nl']"
    ),
    (
      "{{ 'a' ~ 1 ~ none ~ missing }}|{{ missing }}|{{ missing is defined }}",
      "a1None||False"
    ),
    (
      "{{ missing == missing2 }} {{ missing|default('x') }} {{ none_|default('x') }} {{ none_|default('x', true) }}",
      "True x None x"
    ),
    (
      "{{ messages[0].content|trim }}|{{ messages[-1]['role'] }}|{{ messages[5] is undefined }}",
      "Hé|assistant|True"
    ),
    (
      "{{ messages[::-1][0].role }} {{ l[1:] }} {{ l[:-1] }} {{ 'héllo'[1:3] }} {{ l[::2] }} {{ l[5:] }} {{ 'abc'[::-1] }}",
      "assistant [1, 2] [3, 1] él [3, 2] [] cba"
    ),
    (
      "{{ s.split(',') }} {{ s.split(',', 1) }} {{ s.rsplit(',', 1) }} {{ ' a  b '.split() }}",
      "['a', 'b', '', 'c'] ['a', 'b,,c'] ['a,b,', 'c'] ['a', 'b']"
    ),
    (
      "{{ 'xxabxx'.strip('x') }} {{ 'xxabxx'.lstrip('x') }} {{ 'xxabxx'.rstrip('x') }} {{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('b', 'c')) }}",
      "ab abxx xxab True True"
    ),
    (
      "{{ 'aXbX'.replace('X', '-') }} {{ 'aXbX'|replace('X', '-', 1) }} {{ 'ab'|replace('', '.') }} {{ 'a'.upper() }} {{ 'HELLO wOrld'|capitalize }} {{ 'hello wOrld-x'|title }}",
      "a-b- a-bX .a.b. A Hello world Hello World-X"
    ),
    (
      "{{ l|sort }} {{ l|sort(reverse=true) }} {{ ['b','A','c']|sort }} {{ d|dictsort }} {{ d.items()|list }} {{ d|items|list }} {{ d.get('z', 4) }} {{ d.keys()|list }}",
      "[1, 2, 3] [3, 2, 1] ['A', 'b', 'c'] [('A', 'x'), ('b', 1)] [('b', 1), ('A', 'x')] [('b', 1), ('A', 'x')] 4 ['b', 'A']"
    ),
    (
      "{{ l|join('-') }} {{ l|length }} {{ l|first }} {{ l|last }} {{ l|sum }} {{ l|max }} {{ l|min }} {{ l|reverse|list }} {{ e|first }}",
      "3-1-2 3 3 2 6 3 1 [2, 1, 3] "
    ),
    (
      "{{ messages|map(attribute='role')|join(',') }} {{ messages|selectattr('role','equalto','user')|list|length }} {{ l|select('odd')|list }} {{ l|reject('gt', 2)|list }} {{ ['a','b']|map('upper')|list }}",
      "user,assistant 1 [3, 1] [1, 2] ['A', 'B']"
    ),
    (
      "{{ {'a': [1, 2.0, none, true], 'é': '<\\n\\t\"'}|tojson }} {{ [1]|tojson(indent=2) }} {{ {'b':1,'a':{}}|tojson(sort_keys=true, separators=(',', ':')) }} {{ []|tojson(indent=1) }}",
      "{\"a\": [1, 2.0, null, true], \"é\": \"<\\n\\t\\\"\"} [\n  1\n] {\"a\":{},\"b\":1} []"
    ),
    (
      "{% if messages|selectattr('role','equalto','none') %}generators are true{% endif %}",
      "generators are true"
    ),
    (
      "{% for x in l %}{{ loop.index }}/{{ loop.length }}{{ x }}{{ ',' if not loop.last }}{% else %}none{% endfor %}",
      "1/33,2/31,3/32"
    ),
    (
      "{% for x in e %}a{% else %}none{% endfor %}{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
      "noneb=1;A=x;"
    ),
    (
      "{% for x in l if x > 1 %}{{ loop.index0 }}:{{ x }} {% endfor %}{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% if loop.last %}{% break %}{% endif %}{% endfor %}",
      "0:3 1:2 32"
    ),
    (
      "{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
      "4 2 3 1"
    ),
    (
      "{% set ns = namespace(x=1) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
      "7"
    ),
    (
      "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set t %}in {{ a }}{% endset %}[{{ t }}]{% set u | upper %}x{{ b }}{% endset %}{{ u }}",
      "12[in 1]X2"
    ),
    (
      "{% macro m(a, b=2) %}<{{ a }}{{ b }}{{ c }}>{% endmacro %}{{ m(1) }}{{ m(b=3, a=4) }}{{ m() }}",
      "<12><43><2>"
    ),
    (
      "{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}in{% endcall %}",
      "[in]"
    ),
    (
      "{% macro each(xs) %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(y) each(l) %}({{ y }}){% endcall %}",
      "(3)(1)(2)"
    ),
    (
      "{% filter upper %}a{{ n }}b{% endfilter %}{% with q = 5, r = 6 %}{{ q }}{{ r }}{% endwith %}{{ q }}",
      "A7B56"
    ),
    (
      "{{ 'yes' if n > 5 else 'no' }} {{ 'yes' if n > 9 }} {{ not n }} {{ n is odd }} {{ n is divisibleby 7 }} {{ n is not none }} {{ 'a' is string }} {{ d is mapping }} {{ l is sequence }} {{ 'x' is iterable }} {{ 3 is number }} {{ true is boolean }} {{ 1 is true }}",
      "yes  False True True True True True True True True True False"
    ),
    (
      "{{ 'a' in 'abc' }} {{ 'z' not in d }} {{ 2 in l }} {{ 'b' in d }} {{ 1 == true }} {{ 1 == 1.0 }} {{ '1' == 1 }} {{ 'e\\u0301' == 'é' }}",
      "True True True True True True False False"
    ),
    (
      "{{ range(3)|list }} {{ range(1, 6, 2)|list }} {{ range(3, 0, -1)|list }} {{ dict(a=1, b='c') }}",
      "[0, 1, 2] [1, 3, 5] [3, 2, 1] {'a': 1, 'b': 'c'}"
    ),
    (
      "{{ \"%s and %d\" % ('a', 3) }} {{ \"%s\" % 'x' }} {{ '{} {1} {k}'.format(1, 2, k='z') if false else '{0}-{k}'.format(1, k='z') }}",
      "a and 3 x 1-z"
    ),
    (
      "{{ '5'|int + 1 }} {{ 'x'|int }} {{ 3.9|int }} {{ '2.5'|float }} {{ -3|abs }} {{ (-3)|abs }} {{ 2.5|round }} {{ [1,1,2]|unique|list }}",
      "6 0 3 2.5 3 3 2.0 [1, 2]"
    ),
    (
      "{{ 'a\\nb'|indent }} {{ 'a\\nb'|indent(2, true) }} {{ ('<'|safe) + '<' }} {{ ('<'|safe) ~ '<' }}",
      "a\n    b   a\n  b <&lt; <<"
    ),
    (
      "{{- ' x ' -}}    y   {{- 'z' }}",
      " x yz"
    ),
    (
      "a  {%- if true -%}   b   {%- endif %}   c",
      "ab   c"
    ),
    (
      "{% raw %}{{ not }} {% if %}{% endraw %}",
      "{{ not }} {% if %}"
    ),
    (
      "{# a comment #}after{#- another -#}   end",
      "afterend"
    ),
    (
      "{{ {1: 'one', 'k': 2}[1] }} {{ strftime_now('%d %B %Y, %A %H:%M %j %y') }} {{ loop is defined }} {{ 'abc'.find('c') }} {{ 'a.b'.count('.') }} {{ 'A'.lower() ~ 'x'.isdigit() }}",
      "one 26 July 2024, Friday 00:00 208 24 False 2 1 aFalse"
    ),
    (
      "{{ messages|tojson }}",
      "[{\"role\": \"user\", \"content\": \" Hé \"}, {\"role\": \"assistant\", \"content\": \"b\"}]"
    ),
    (
      "{{ 'a\\'b\"c' }} {{ \"tab\\tq\" }} {{ 'a' 'b' }} {{ \"\\u00e9\\x41\" }}",
      "a'b\"c tab\tq ab éA"
    ),
    (
      "{{ d.A }} {{ d['items'] is defined }} {{ d.items is defined }} {{ l[0] }} {{ l.0 }} {{ (l|first) + 1 }}",
      "x True True 3 3 4"
    ),
    (
      "{{ '  x  '|trim }}|{{ 'xax'|trim('x') }}|{{ 'aé'|length }}|{{ 'line\\nline2\\n'.splitlines() }}",
      "x|a|2|['line', 'line2']"
    ),
  ]

  static let whiteSpace: [(template: String, text: String)] = [
    (
      "{% if n %}\n  yes\n{% endif %}\nend\n",
      "  yes\nend"
    ),
    (
      "  {% if n %}\nA\n  {% endif %}B\n   {{ n }}\n",
      "A\nB\n   7"
    ),
    (
      "a\n  {%+ if n %}x{% endif +%}\n\nb",
      "a\n  x\n\nb"
    ),
    (
      "{% for m in messages %}\n  {{- m.role }}\n{% endfor %}\n\n",
      "user\nassistant\n"
    ),
    (
      "x\r\n{% set a = 1 %}\r\ny\r",
      "x\ny"
    ),
    (
      "{#- c #}\n\n z {# d #} \n",
      "\n z  "
    ),
    (
      "{%- for m in messages -%}\n\n {{ m.content }}\n{%- endfor -%}\n",
      " Hé b"
    ),
    (
      "<{% generation %}\nabc{% endgeneration %}\n>",
      "<abc>"
    ),
  ]
}
