// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {RiskBook} from "../src/RiskBook.sol";
import {SignalOracle} from "../src/SignalOracle.sol";
import {IRiskBook} from "../src/interfaces/IRiskBook.sol";
import {
    BookClass,
    Commitment,
    CommitmentStatus,
    Counters,
    ISignalOracle,
    OracleSetup
} from "../src/interfaces/ISignalOracle.sol";

/// commit, revoke, anchor, bind and the quorum of SignalOracle.
contract OracleTest is World {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    // ---- commit

    /// @custom:covers MUST-COMMIT-08
    function test_a_commitment_remembers_its_block_epoch_and_rounds() public {
        bytes32[] memory hashes = _words(3);
        bytes32[] memory digests = _words(2);
        vm.recordLogs();
        oracle.commit(1, hashes, digests, _signed(_commitHash(1, hashes, digests), 1));

        Log memory log = _one(vm.getRecordedLogs(), ISignalOracle.SignalsCommitted.selector);
        eq(uint256(log.topics[1]), 1, "from");
        eq(uint256(log.topics[2]), 3, "to");
        (uint32 epoch, bytes32[] memory saidHashes, bytes32[] memory saidDigests) =
            abi.decode(log.data, (uint32, bytes32[], bytes32[]));
        eq(epoch, 1, "epoch");
        eqWord(saidHashes[2], hashes[2], "round hashes");
        eqWord(saidDigests[1], digests[1], "digests");
        Commitment memory found = oracle.commitment(digests[1]);
        eq(uint8(found.status), uint8(CommitmentStatus.OPEN), "open");
        eq(found.epoch, 1, "epoch");
        eq(found.blockNumber, block.number, "block");
        eq(found.fromSeq, 1, "from");
        eq(found.toSeq, 3, "to");
        Counters memory counters = oracle.counters();
        eq(counters.committed, 2, "committed");
        eq(counters.open, 2, "open");
        eq(counters.rounds, 3, "rounds");
    }

    /// @custom:covers MUST-COMMIT-02 ROUNDS_NOT_CONTIGUOUS
    function test_rounds_are_contiguous() public {
        bytes32[] memory hashes = _words(1);
        bytes32[] memory none = new bytes32[](0);
        bytes[] memory signatures = _signed(_commitHash(2, hashes, none), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.RoundsNotContiguous.selector, 2, 1));
        oracle.commit(2, hashes, none, signatures);
    }

    /// @custom:covers MUST-COMMIT-09
    function test_a_round_of_holds_alone_is_a_commitment() public {
        bytes32[] memory hashes = _words(256);
        bytes32[] memory none = new bytes32[](0);
        oracle.commit(1, hashes, none, _signed(_commitHash(1, hashes, none), 1));
        eq(oracle.counters().rounds, 256, "rounds");
    }

    /// @custom:covers MUST-COMMIT-07 ALREADY_COMMITTED
    function test_no_digest_is_committed_twice() public {
        bytes32[] memory digests = _words(1);
        _commitDigests(digests);
        bytes32[] memory hashes = _words(1);
        bytes[] memory signatures = _signed(_commitHash(2, hashes, digests), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.AlreadyCommitted.selector, digests[0]));
        oracle.commit(2, hashes, digests, signatures);
    }

    /// @custom:covers MUST-COMMIT-01 BAD_BATCH
    function test_commitments_are_bounded() public {
        bytes[] memory none = new bytes[](0);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.BadBatch.selector, 0, 256));
        oracle.commit(1, new bytes32[](0), new bytes32[](0), none);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.BadBatch.selector, 257, 256));
        oracle.commit(1, new bytes32[](257), new bytes32[](0), none);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.BadBatch.selector, 129, 128));
        oracle.commit(1, new bytes32[](1), new bytes32[](129), none);
    }

    // ---- the quorum

    /// @custom:covers MUST-COMMIT-03 MUST-COMMIT-04 WRONG_SIGNATURE_COUNT NOT_A_SIGNER
    function test_one_of_one_takes_exactly_one_signature_of_that_signer() public {
        (bytes32[] memory hashes, bytes32[] memory digests, bytes32 structHash) = _message();
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.WrongSignatureCount.selector, 0, 1));
        oracle.commit(1, hashes, digests, new bytes[](0));
        bytes[] memory foreign = new bytes[](1);
        foreign[0] = _signature(0xBAD, structHash);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotASigner.selector, vm.addr(0xBAD)));
        oracle.commit(1, hashes, digests, foreign);
    }

    /// @custom:covers MUST-COMMIT-03 MUST-COMMIT-05 WRONG_SIGNATURE_COUNT SIGNER_TWICE
    function test_two_of_three_takes_any_two_and_neither_the_same_twice_nor_three() public {
        _openTwoOfThree();
        (bytes32[] memory hashes, bytes32[] memory digests, bytes32 structHash) = _message();
        bytes[] memory twice = new bytes[](2);
        twice[0] = twice[1] = _signature(keys[1], structHash);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.SignerTwice.selector, vm.addr(keys[1])));
        oracle.commit(1, hashes, digests, twice);
        bytes[] memory all = _signed(structHash, 3);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.WrongSignatureCount.selector, 3, 2));
        oracle.commit(1, hashes, digests, all);
        bytes[] memory two = new bytes[](2);
        (two[0], two[1]) = (_signature(keys[2], structHash), _signature(keys[0], structHash));
        oracle.commit(1, hashes, digests, two);
        eq(oracle.counters().rounds, 1, "committed");
    }

    /// @custom:covers MUST-COMMIT-06 ECDSA_INVALID_SIGNATURE_S
    function test_a_high_s_is_refused() public {
        (bytes32[] memory hashes, bytes32[] memory digests, bytes32 structHash) = _message();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], _typed(structHash));
        bytes32 high = bytes32(ORDER - uint256(s));
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = abi.encodePacked(r, high, v == 27 ? 28 : 27);
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, high));
        oracle.commit(1, hashes, digests, signatures);
    }

    /// @custom:covers MUST-COMMIT-04 NOT_A_SIGNER
    function test_a_signature_belongs_to_its_chain() public {
        (bytes32[] memory hashes, bytes32[] memory digests, bytes32 structHash) = _message();
        bytes[] memory signatures = _signed(structHash, 1);
        vm.chainId(999);
        vm.expectPartialRevert(ISignalOracle.NotASigner.selector);
        oracle.commit(1, hashes, digests, signatures);
    }

    // ---- revoke

    /// @custom:covers MUST-REVOKE-01 MUST-REVOKE-03 NOT_GUARDIAN NOT_OPEN
    function test_the_guardian_revokes_what_is_open_and_it_is_counted() public {
        bytes32[] memory digests = _words(2);
        _commitDigests(digests);
        vm.prank(guardian);
        oracle.revoke(digests[0]);
        Counters memory counters = oracle.counters();
        eq(counters.revoked, 1, "revoked");
        eq(counters.open, 1, "open");
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotOpen.selector, digests[0], CommitmentStatus.REVOKED));
        vm.prank(guardian);
        oracle.revoke(digests[0]);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotGuardian.selector, governor));
        vm.prank(governor);
        oracle.revoke(digests[1]);
    }

    /// @custom:covers MUST-REVOKE-02 NOT_OPEN
    function test_what_was_judged_cannot_be_revoked() public {
        _post();
        bytes32 digest = _enter(0, START, E8).id;
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotOpen.selector, digest, CommitmentStatus.TICKET));
        vm.prank(guardian);
        oracle.revoke(digest);
    }

    // ---- anchor

    /// @custom:covers MUST-ANCHOR-01 MUST-ANCHOR-02 NOT_TRADER_OR_GOVERNOR ANCHOR_WENT_BACK
    function test_anchors_only_grow_and_name_the_one_before() public {
        vm.prank(trader);
        oracle.anchor(100, keccak256("a"), 0);
        vm.prank(governor);
        oracle.anchor(101, keccak256("b"), 100);
        (uint64 position, bytes32 root) = oracle.lastAnchor();
        eq(position, 101, "position");
        eqWord(root, keccak256("b"), "root");
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.AnchorWentBack.selector, 101, 101));
        vm.prank(trader);
        oracle.anchor(101, 0, 101);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.AnchorWentBack.selector, 100, 101));
        vm.prank(trader);
        oracle.anchor(102, 0, 100);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotTraderOrGovernor.selector, guardian));
        vm.prank(guardian);
        oracle.anchor(102, 0, 101);
    }

    // ---- opening

    /// @custom:covers MUST-BIND-01 MUST-BIND-02 MUST-BIND-03 MUST-BIND-04 NOT_DEPLOYER ALREADY_BOUND WRONG_BOOK
    /// @custom:covers NOT_BOUND
    function test_the_deployer_binds_one_book_once() public {
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.AlreadyBound.selector, address(book)));
        oracle.bind(address(book));
        SignalOracle other = new SignalOracle(_oracleSetup(BookClass.SIMULATED, 1));
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.WrongBook.selector, address(book)));
        other.bind(address(book));
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotDeployer.selector, stranger));
        vm.prank(stranger);
        other.bind(address(book));
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotBound.selector));
        other.commit(1, _words(1), _words(1), new bytes[](0));
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotBound.selector));
        other.postMarks(1, 0, START, prices, new bytes[](0));
    }

    /// @custom:covers MUST-SETTLE-01 NOT_BOOK
    function test_only_the_book_settles() public {
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotBook.selector, trader));
        vm.prank(trader);
        oracle.settle(keccak256("x"), 0, 0);
    }

    /// @custom:covers MUST-OPEN-01 BAD_SETUP
    function test_a_senseless_setup_is_refused() public {
        OracleSetup memory setup = _oracleSetup(BookClass.SIMULATED, 2);
        _refusedSetup(setup, "quorum");
        setup = _oracleSetup(BookClass.SIMULATED, 0);
        _refusedSetup(setup, "quorum");
        setup = _oracleSetup(BookClass.SIMULATED, 1);
        setup.signers[0] = address(0);
        _refusedSetup(setup, "signers");
        setup = _oracleSetup(BookClass.SIMULATED, 1);
        setup.markets = _words(17);
        _refusedSetup(setup, "markets");
        setup.markets = new bytes32[](0);
        _refusedSetup(setup, "markets");
        setup.markets = _words(2);
        setup.markets[1] = setup.markets[0];
        _refusedSetup(setup, "markets");
        setup = _oracleSetup(BookClass.SIMULATED, 1);
        setup.stepLimitBps = 0;
        _refusedSetup(setup, "stepLimitBps");
        setup = _oracleSetup(BookClass.SIMULATED, 1);
        setup.guardian = address(0);
        _refusedSetup(setup, "guardian");
    }

    function test_the_domain_is_what_a_stranger_expects() public view {
        (, string memory name, string memory version, uint256 chainId, address at_,,) = oracle.eip712Domain();
        eqWord(keccak256(bytes(name)), keccak256("Tradeseal SignalOracle"), "name");
        eqWord(keccak256(bytes(version)), keccak256("1"), "version");
        eq(chainId, block.chainid, "chain");
        yes(at_ == address(oracle), "contract");
    }

    function _refusedSetup(OracleSetup memory setup, bytes32 what) private {
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.BadSetup.selector, what));
        new SignalOracle(setup);
    }

    function _openTwoOfThree() private {
        keys = [uint256(0xA1), 0xA2, 0xA3];
        _openWorldWith(BookClass.SIMULATED, _limits(), 2);
    }

    function _message() private view returns (bytes32[] memory hashes, bytes32[] memory digests, bytes32) {
        (hashes, digests) = (_words(1), _words(1));
        return (hashes, digests, _commitHash(1, hashes, digests));
    }

    function _words(uint256 count) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            words[i] = keccak256(abi.encode("word", i));
        }
    }
}
