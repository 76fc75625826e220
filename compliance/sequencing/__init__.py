"""The sequencer: gives committed events their places in the Merkle tree and signs its head, batch by batch.

What happens to an event, in this order:

1. It is written in the transaction of its act. A trigger writes its number into `ledger_pending` in the same
   transaction, so whatever is committed and not sequenced stands there, and nothing else does.
2. Some process takes the turn (an advisory lock that ends with the transaction) and takes what waits, in the order of
   the numbers. An event that is not committed yet isn't seen; it comes later and gets a later place. Nobody waits for
   open transactions.
3. In that one transaction it writes: the places (`ledger_leaf`), the tiles that became longer, the checkpoint, signed
   by the active key and by one in overlap, and the pulse. The numbers leave `ledger_pending` in it too.
4. It commits. From then on the checkpoint is published, with everything it commits to.

Where a process can be killed, and what is then: before the commit of 1 the event doesn't exist and its act didn't
happen. Between 1 and 4 the event waits, and any process takes it. During 3 PostgreSQL forgets all of it: no place is
used twice, because the next one to have the turn reads the same head. After 4 the event is in the tree; if the process
dies before it knows, the next finds nothing waiting. A process that hangs within 3 loses the turn with its session.

A checkpoint was signed and its transaction not committed: nobody but the dead process has seen it, because it is shown
from the row only. So there are never two of one size.

Places never go back or leave gaps: the first is the size of the newest checkpoint, and a place is a primary key. Before
a batch the root is computed from the tiles at the right edge and compared with the newest checkpoint's: on a tree that
doesn't fit, nothing is signed any more.
"""

from compliance.sequencing.batch import Batch, sequence, sequence_now
from compliance.sequencing.checking import check_tree
from compliance.sequencing.opening import open_ledger
from compliance.sequencing.running import Sequencer
from compliance.sequencing.watch import LedgerWatch

__all__ = ["Batch", "LedgerWatch", "Sequencer", "check_tree", "open_ledger", "sequence", "sequence_now"]
