const fs = require('node:fs');
const mark = '<!-- twinstack -->';
const most = 60000; // GitHub takes 65,536 characters
const part = (file) => {
  const text = fs.readFileSync(`comment/${file}`, 'utf8').trimEnd();
  if (file.endsWith('.md')) return text; // as `twinstack diff` made it
  const title = file.replace(/\.txt$/, '').replace('-', ': ');
  if (!text) return `**${title}**: nothing changes`;
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((found) => found.length));
  const fence = '`'.repeat(longest + 1);
  return `<details><summary>${title}</summary>\n\n${fence}diff\n${text}\n${fence}\n\n</details>`;
};
let body = [mark, `What ${context.payload.pull_request.head.sha} changes`].join('\n');
for (const file of fs.readdirSync('comment').sort()) {
  const next = part(file);
  body += body.length + next.length < most ? `\n\n${next}` : `\n\n**${file}** is too long: see the artifacts of this run`;
}
const place = { ...context.repo, issue_number: context.payload.pull_request.number };
const comments = await github.paginate(github.rest.issues.listComments, { ...place, per_page: 100 });
const mine = comments.find((one) => one.user?.type === 'Bot' && one.body?.startsWith(mark));
if (mine) await github.rest.issues.updateComment({ ...context.repo, comment_id: mine.id, body });
else await github.rest.issues.createComment({ ...place, body });
