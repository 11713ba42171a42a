import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { expect } from 'chai';
import { RetryLater } from '../../lib/errors.ts';
import { type DiskCalls, FileOutlet } from '../../lib/sink/file-outlet.ts';
import { useTempDirectory } from '../support/temp-directory.ts';

describe('stdout that is a file', () => {
  const at = useTempDirectory();
  const open: number[] = [];
  afterEach(() => {
    for (const fd of open.splice(0)) closeSync(fd);
  });

  function openFile(path: string, flags: string, calls?: DiskCalls): FileOutlet {
    const fd = openSync(path, flags);
    open.push(fd);
    return new FileOutlet(fd, calls);
  }

  function openFileOf(content: string, flags = 'a', calls?: DiskCalls): FileOutlet {
    writeFileSync(at('lines'), content);
    return openFile(at('lines'), flags, calls);
  }

  const faultOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: Error) => error,
    );

  it('has taken as many bytes as it says', async () => {
    const outlet = openFileOf('before\n');
    expect(await outlet.write(Buffer.from('🛒\n'))).to.equal(5);
    await outlet.sync();
    expect(readFileSync(at('lines'), 'utf8')).to.equal('before\n🛒\n');
  });

  it('is written to where others who share the descriptor have left off', async () => {
    const outlet = openFileOf('', 'w');
    writeSync(open[0]!, 'theirs\n');
    await outlet.write(Buffer.from('ours\n'));
    writeSync(open[0]!, 'theirs\n');
    await outlet.write(Buffer.from('ours\n'));
    expect(readFileSync(at('lines'), 'utf8')).to.equal('theirs\nours\ntheirs\nours\n');
  });

  it('is appended to even when others have made it longer, or empty', async () => {
    const outlet = openFileOf('');
    await outlet.write(Buffer.from('1\n'));
    writeFileSync(at('lines'), 'theirs\n', { flag: 'a' });
    await outlet.write(Buffer.from('2\n'));
    expect(readFileSync(at('lines'), 'utf8')).to.equal('1\ntheirs\n2\n');
    writeFileSync(at('lines'), '');
    await outlet.write(Buffer.from('3\n'));
    expect(readFileSync(at('lines'), 'utf8')).to.equal('3\n');
  });

  it('knows whether it ends in half a line', async () => {
    expect(await openFileOf('').endsInHalfLine(), 'empty').to.equal(false);
    expect(await openFileOf('{"a":1}\n').endsInHalfLine(), 'whole').to.equal(false);
    expect(await openFileOf('{"a":1}\n{"a"').endsInHalfLine(), 'half').to.equal(true);
  });

  it('looks before the place of the next write, where that is not the end', async () => {
    const outlet = openFileOf('one\ntwo\nthree', 'r+');
    expect(await outlet.endsInHalfLine(), 'at the beginning').to.equal(false);
    await outlet.write(Buffer.from('ONE'));
    expect(await outlet.endsInHalfLine()).to.equal(true);
    await outlet.write(Buffer.from('\n'));
    expect(await outlet.endsInHalfLine()).to.equal(false);
  });

  it('rides out a full disk', async () => {
    if (!existsSync('/dev/full')) return; // a device of Linux
    const outlet = openFile('/dev/full', 'w');
    expect(await outlet.endsInHalfLine()).to.equal(false);
    const fault = await faultOf(outlet.write(Buffer.from('one\n')));
    expect(fault).to.be.instanceOf(RetryLater);
    expect(fault!.message).to.equal(
      'stdout cannot be written to now (ENOSPC: no space left on device, write).',
    );
  });

  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG', 'EAGAIN', 'ENOBUFS', 'ENOMEM'])
    it(`rides out ${code}, of a write and of a sync`, async () => {
      const refuse = async () => {
        throw Object.assign(new Error(`${code}: simulated`), { code });
      };
      const outlet = openFileOf('', 'a', { write: refuse, fsync: refuse });
      for (const call of [outlet.write(Buffer.from('one\n')), outlet.sync()]) {
        const fault = await faultOf(call);
        expect(fault).to.be.instanceOf(RetryLater);
        expect(fault!.message).to.include(`cannot be written to now (${code}`);
      }
    });

  it('rides out a write of which it takes nothing', async () => {
    const outlet = openFileOf('', 'a', { write: async () => ({ bytesWritten: 0 }), fsync: async () => {} });
    expect(await faultOf(outlet.write(Buffer.from('one\n')))).to.be.instanceOf(RetryLater);
  });

  it('is synced, and lost when that fails for good: the kernel has forgotten then what it could not write', async () => {
    const synced: number[] = [];
    const fsync = async (fd: number) => {
      synced.push(fd);
      if (synced.length === 2) throw Object.assign(new Error('EIO: simulated'), { code: 'EIO' });
    };
    const outlet = openFileOf('', 'a', { write: async () => ({ bytesWritten: 1 }), fsync });
    await outlet.sync();
    expect(synced).to.deep.equal(open);
    const fault = await faultOf(outlet.sync());
    expect(fault).not.to.be.instanceOf(RetryLater);
    expect(fault!.message).to.equal('stdout cannot be written to any more (EIO: simulated).');
  });

  it('may end in half a line where it cannot be read', async () => {
    const [whole, empty] = [openFileOf('{"a":1}\n'), openFile(at('empty'), 'a')];
    chmodSync(at('lines'), 0o200);
    // Everybody else; root may read everything.
    if (process.getuid?.() === 0) process.seteuid!(65_534);
    try {
      expect(await whole.endsInHalfLine()).to.equal(true);
      expect(await empty.endsInHalfLine(), 'empty').to.equal(false);
    } finally {
      if (process.getuid?.() === 0) process.seteuid!(0);
    }
  });

  it('needs no sync where nothing is kept', async () => {
    await openFile('/dev/null', 'w').sync();
  });

  it('is lost when it cannot be written to at all', async () => {
    const fault = await faultOf(openFileOf('', 'r').write(Buffer.from('one\n')));
    expect(fault).not.to.be.instanceOf(RetryLater);
    expect(fault!.message).to.equal(
      'stdout cannot be written to any more (EBADF: bad file descriptor, write).',
    );
  });
});
