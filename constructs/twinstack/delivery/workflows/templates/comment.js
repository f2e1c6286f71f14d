const fs = require('node:fs');
const mark = '<!-- twinstack -->';
const most = 60000; // GitHub takes 65,536 characters
let body = [mark, `What ${context.payload.pull_request.head.sha} changes`].join('\n');
for (const file of fs.readdirSync('comment').sort()) {
  const next = fs.readFileSync(`comment/${file}`, 'utf8').trimEnd();
  body += body.length + next.length < most ? `\n\n${next}` : `\n\n**${file}** is too long: see the artifacts of this run`;
}
const place = { ...context.repo, issue_number: context.payload.pull_request.number };
const comments = await github.paginate(github.rest.issues.listComments, { ...place, per_page: 100 });
const mine = comments.find((one) => one.user?.type === 'Bot' && one.body?.startsWith(mark));
if (mine) await github.rest.issues.updateComment({ ...context.repo, comment_id: mine.id, body });
else await github.rest.issues.createComment({ ...place, body });
